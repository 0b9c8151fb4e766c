"""Sentence boundaries: each rule on a hand-written example, invariants on any string, and our own corpora."""

import re
from collections import defaultdict
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from stemme.corpus.records import read
from stemme.text.sentences import split

CORPORA = Path(__file__).parents[2] / "corpora"

# `|` stands where one sentence ends and the next begins.
EXAMPLES = [
    ("en", "The box was dented.| Nobody called."),
    ("en", "Dr. Smith called, e.g. on Monday, about no. 7.| No.| That is wrong."),
    ("en", "It cost 1,200.50 and then 3.5 more.| Why?!| Really..."),
    ("en", "See https://shop.example/a.b?c=d&e=1.5 or write to a.b@c.no today.| Thanks"),
    ("en", 'He said "It works."| It did not.| (Not at all.)| [Really.]| End'),
    ("en", "Why is there no dark mode??| guest checkout would do"),
    ("en", "Great! 😊👍| Next one.| Late again 😤| also rude"),
    ("en", "I ❤️ this shop, really.| Take care :)| Bye"),
    ("en", "Well... maybe not.| Wait…| What?"),
    ("en", "1. Feedback first.| 2. Then answers.| Table 2. Received and closed"),
    ("en", "Contents ........ 3"),
    ("en", "They cancelled my appt.| Nobody called me."),
    ("en", "They charged my acct.| I called the billing dept.| Ask the mgr. to help.| Late by an hour approx.| Bad"),
    ("en", "Call tel. 123 or tel. +47 22, approx. 20 min, approx. Rs 500, incl. VAT, ref. AB12, acct. No. 7.| Thanks"),
    ("en", "The parcel was late ⏰ | Nobody answered.| Late again. ⏳| Nobody cares ▶️ | Open Settings ▶ Account"),
    ("en", "I ❤️ Oslo 🎉| We ♥ NY.| I ❤️!| Never again"),
    ("nb", "Det kostet 3 mill.| Ring tlf. +47 22 eller avd. for kunder, ref. AB 12.| Leiligheten t.h.| Ingen svarte."),
    ("et", "Maksin 3 mln.| Tellisin 2 tk.| Pood on Pärnu mnt. 5.| Tule homme, eks.| Ootan ⏰| Ma ❤️ Selverit"),
    ("sv", "Jag köpte 3 st.| De var trasiga."),
    ("es", "Tardó 2 horas aprox.| Nadie llamó."),
    ("nb", "Det er bl.a. dyrt, f.eks. frakt osv.| Han ringte kl. 22 den 3. mai.| Nr. 17 er borte."),
    ("nb", "Som mor til en elev i 9. klasse ber jeg om svar.| Det holder."),
    ("nb", "Prisen er 1.200,50 kr.| Hvorfor?| «Ingen svarer.»| Takk"),
    ("nb", "Spør du meg?» sa hun."),
    ("nn", "Møtet er 17. mai kl. 11.30.| Kva no?"),
    ("da", "Pakken kom d. 3. maj.| Nu mangler jeg bare svar."),
    ("et", "Tellisin 12. jaanuaril, s.t. eelmisel aastal.| Näit. nr. 5 jne. pole kohal.| Kus on?"),
    ("et", "Ööbisime 14.–16. veebruaril.| Vahva! 🙄| Jälle hilines."),
    ("de", "Am 3. mai z.B. kam nichts.| Warum?"),
    ("fi", "Tilasin 3. toukokuuta.| Missä se on?"),
    ("te", "రూ. 500 తీసుకున్నారు, డా. రావు చెప్పారు.| ఎందుకు?| సమాధానం లేదు."),
    ("te", "డబ్బు ఇవ్వలేదు!!!| మళ్ళీ రాను 😡"),
    ("te", "ఆలస్యం అయింది 😡.| మళ్ళీ రాను 🙏🏽!"),
    ("bn", "দেরিতে এসেছে 😡।| আবার কিনব না ❤️‍🩹 ।"),
    ("nb", 'Han sa «alt er feil 😡!».| Takk 👨‍👩‍👧.'),
    ("et", "Pakk hilines 😡...| homme uuesti :(."),
    ("zh", "包裹晚了😡。|没人理我👎🏻！！"),
    ("en", "Late again 😡 !!!| and (so cross 😡) no reply ❤️."),
    ("te-Latn", "refund raledu andi.| eppudu istaru?"),
    ("te", "బియ్యం, పప్పు వగైరా.| సర్వీస్ బాగుంది ⏰| ఉప్పు వగైరా. 500 రూపాయలు"),
    ("te", "నేను ❤️ ఈ షాప్.| చాలా బాగుంది ❤️| మళ్ళీ వస్తాను"),
    ("bn", "এটা করবে কে.| কেউ জানে না.| পার্সেল এল.| সমস্যা app এ.| দেখুন"),
    ("bn", "জনাব এ. কে. খান আর এ.কে. রায় এলেন.| আমি ❤️ এই দোকান"),
    ("zh", "我❤️这家店。|大家都❤️这里。|太好了❤️|下次再来⏰|谢谢"),
    ("bn", "ডা. রহমান মো. করিমকে ৫০০ টা. দিলেন।| কেন?| \"ভালো।\"| ৪.২ কেজি॥| শেষ"),
    ("hi", "पार्सल नहीं आया।| क्यों?"),
    ("zh", "快递迟到了。|“太慢了！”|没有人通知我！？|价格是3.5元……不对,算了"),
    ("zh", "肉全坏了!|客服让我等。|搞定👍|就是有点吵"),
    ("ja", "荷物が届かない。|なぜですか？|「遅い。」|はい"),
    ("xx", "A|\n\n|b|\r\n|c|\u2028|d"),
]  # fmt: skip


@pytest.mark.parametrize(("lang", "marked"), EXAMPLES)
def test_boundaries(lang, marked):
    text = marked.replace("|", "")
    wanted = [part.strip() for part in marked.split("|") if part.strip()]
    assert [text[start:end] for start, end in split(text, lang)] == wanted


def test_offsets_are_code_points():
    text = "👩‍👩‍👧 Hei! 😂\ud800 Ok."
    assert [text[start:end] for start, end in split(text, "nb")] == ["👩‍👩‍👧 Hei! 😂", "\ud800 Ok."]


def test_a_sentence_is_never_cut_for_its_length():
    text = "word " * 20_000 + "end."
    assert split(text, "en") == [(0, len(text))]


@pytest.mark.parametrize(
    "unit",
    [
        ".",
        ". ",
        "😀",
        "😀 ",
        "👩‍👩‍👧",
        '"',
        "!?",
        "bl.a. ",
        "(, ",
        "1.",
        ":) ",
        "-🍕",
        "🍕-",
        "❤️ ",
        "我❤",
        "এ. ",
        ". - ",
        " ",
        "\n",
        "\x00",
        "." + " " * 999,
    ],
)
def test_a_million_characters_come_to_an_end(unit):
    """With a pattern that rescans, hours would not do."""
    text = (unit * (10**6 // len(unit) + 1))[: 10**6]
    spans = split(text, "nb")
    assert all(text[start:end].strip() for start, end in spans[:1_000])


ANY = st.text(alphabet=st.characters(), max_size=120)
BUSY = st.text(alphabet='Aa1 .!?…。।\n\r"”»)(😀\u200d\ufe0f:,Ø好క\ud800\u2028', max_size=60)


@settings(max_examples=400, deadline=None)
@given(ANY | BUSY, st.sampled_from(["te", "bn", "nb", "nn", "et", "zh", "en", "te-Latn", "und", ""]))
@example("\x1c.\x85", "nb")
def test_spans_are_trimmed_ordered_and_cover_everything(text, lang):
    spans = split(text, lang)
    covered = set()
    previous = 0
    for start, end in spans:
        assert previous <= start < end <= len(text)
        sentence = text[start:end]
        assert sentence == sentence.strip()
        assert not re.search(r"[\r\n\u2028\u2029]", sentence)
        covered.update(range(start, end))
        previous = end
    assert all(character.isspace() or place in covered for place, character in enumerate(text))


@pytest.mark.skipif(not CORPORA.exists(), reason="the corpora are not in an installed package")
def test_boundary_f1_on_our_corpora():
    """Inner boundaries only: the end of a text would be right by definition."""
    counts = defaultdict(lambda: [0, 0, 0])
    for record in read(CORPORA):
        lang = record.lang.split("-")[0]
        wanted = {sentence.end for sentence in record.sentences[:-1]}
        found = {end for _, end in split(record.text, record.lang)[:-1]}
        for slot, number in enumerate((len(wanted & found), len(wanted), len(found))):
            counts[lang][slot] += number
    f1 = {lang: 2 * both / (wanted + found) for lang, (both, wanted, found) in counts.items() if wanted >= 50}
    assert set(f1) >= {"te", "bn", "nb", "et", "zh"}
    assert {lang: value for lang, value in f1.items() if value < 0.97} == {}
