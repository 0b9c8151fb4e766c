from collections import Counter

import pytest

from samples import CORPORA
from stemme.corpus.records import parse_record, read
from stemme.corpus.statistics import table
from stemme.labels import DOMAINS, SEVERITIES, TOPICS

LINE = (
    '{"id":"x1","lang":"nn","kind":"comment","domain":"retail","orientation":"focused","trap":true,"split":"dev",'
    '"sentences":[{"text":"{complaint delivery 2|Pakka kom seint}.","frame":"focused","dimension":"horizon"},'
    '{"text":"Hei.","frame":"neither"}]}'
)


def rows(text):
    return {line.split(" | ")[0].strip("| "): line.split(" | ")[1].strip(" |") for line in text.splitlines()[2:]}


def test_counts_of_one_record():
    counted = rows(table([parse_record(LINE)]))
    assert counted["comments"] == "1"
    assert counted["documents"] == "0"
    assert counted["of a variant"] == "1"  # nn under nb
    assert counted["comments focused"] == "100%"
    assert counted["sentences neither"] == "50%"
    assert counted["complaints"] == counted["mentions about delivery"] == "1"
    assert counted["severity 1 / 2 / 3"] == "0 / 1 / 0"
    assert counted["train / dev / test"] == "0 / 1 / 0"
    assert counted["traps"] == "100%"
    assert counted["focused sentences with a mention"] == "100%"
    assert counted["comments without need or complaint"] == "0%"


def test_the_dataset_card_shows_the_counts_of_the_corpora():
    counts = table(record for record in read(CORPORA) if record.split != "probe")
    assert counts.startswith("| | bn | en | et | nb | te | zh |")
    assert counts.strip() in (CORPORA / "README.md").read_text("utf-8")


@pytest.mark.parametrize("lang", ["bn", "en", "et", "nb", "te", "zh"])
def test_each_language_is_large_and_balanced_enough(lang):
    records = list(read(CORPORA / lang))
    comments = [record for record in records if record.kind == "comment"]
    assert len(comments) >= 400
    assert len(records) - len(comments) >= 50

    def share(of, condition):
        return sum(map(condition, of)) / len(of)

    asked = {"focused": 0.45, "centric": 0.3, "mixed": 0.1, "neither": 0.15}
    assert {o: share(comments, lambda r, o=o: r.orientation == o) for o in asked} == pytest.approx(asked, abs=0.1)
    spread = {"train": 0.8, "dev": 0.1, "test": 0.1}
    assert {s: share(records, lambda r, s=s: r.split == s) for s in spread} == pytest.approx(spread, abs=0.01)
    for variant, base in (("nn", "nb"), ("zh-Hant", "zh")):
        assert share(records, lambda r, v=variant: r.lang == v) == pytest.approx(0.1 * (lang == base), abs=0.02)
    assert share(records, lambda r: r.trap) >= 0.12
    assert share(comments, lambda r: not r.mentions) >= 0.25
    assert len({record.pair for record in records if record.pair}) >= 40
    assert {record.domain for record in records} == set(DOMAINS)
    mentions = [mention for record in records for mention in record.mentions]
    topics, severities = (Counter(getattr(m, name) for m in mentions) for name in ("topic", "severity"))
    assert all(topics[topic] >= 25 for topic in TOPICS)
    assert all(severities[severity] for severity in SEVERITIES)


def test_nothing_is_an_empty_table():
    assert len(table([]).splitlines()) == 2
