import pytest
from hypothesis import given
from hypothesis import strategies as st

from stemme.corpus.markup import MarkupError, Mention, parse, write
from stemme.labels import SEVERITIES, TOPICS


@pytest.mark.parametrize(
    ("marked", "plain", "spans"),
    [
        ("nothing here", "nothing here", []),
        (
            "{complaint delivery 2|The parcel came late} and {need service|call me} 😀",
            "The parcel came late and call me 😀",
            [("The parcel came late", "complaint", "delivery", 2), ("call me", "need", "service", None)],
        ),
        ("{need price|সস্তা প্যাক} চাই", "সস্তা প্যাক চাই", [("সস্তা প্যাক", "need", "price", None)]),
        ("{complaint product 3|విరిగిపోయింది}", "విరిగిపోయింది", [("విరిగిపోయింది", "complaint", "product", 3)]),
        ("希望{need usability|有深色模式}。", "希望有深色模式。", [("有深色模式", "need", "usability", None)]),
        (r"a \{literal\} back\\slash", r"a {literal} back\slash", []),
        (r"{need other|a \} in it}", "a } in it", [("a } in it", "need", "other", None)]),
    ],
)
def test_spans_are_read_with_their_code_points(marked, plain, spans):
    text, mentions = parse(marked)
    assert text == plain
    assert [(text[m.start : m.end], m.kind, m.topic, m.severity) for m in mentions] == spans


@pytest.mark.parametrize(
    ("marked", "message"),
    [
        ("{need price|a {need price|b}}", "a span within a span"),
        ("{need price|a", "not closed"),
        ("a} b", "closes no span"),
        ("a { b", "opens no span"),
        ("{wish price|a}", "'wish' is no kind of span; allowed are need, complaint"),
        ("{need money|a}", "'money' is no topic; allowed are product"),
        ("{complaint price|a}", "complaint TOPIC SEVERITY"),
        ("{complaint price 4|a}", "'4' is no severity; allowed are 1, 2, 3"),
        ("{need price 1|a}", "need TOPIC"),
        ("{need price| a}", "white space at its edge"),
        ("{need price|}", "empty"),
    ],
)
def test_broken_markup_is_named_with_its_remedy(marked, message):
    with pytest.raises(MarkupError, match=message):
        parse(marked)


pieces = st.lists(
    st.tuples(
        st.text(max_size=8),
        st.text(min_size=1, max_size=8).filter(lambda s: s == s.strip()),
        st.sampled_from(TOPICS),
        st.sampled_from((None, *SEVERITIES)),
    ),
    max_size=4,
)


@given(pieces)
def test_what_is_written_is_read_back(parts):
    text, mentions = "", []
    for before, covered, topic, severity in parts:
        start = len(text) + len(before)
        text += before + covered
        mentions.append(Mention(start, len(text), "complaint" if severity else "need", topic, severity))
    assert parse(write(text, mentions)) == (text, mentions)
