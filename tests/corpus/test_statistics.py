from samples import CORPORA
from stemme.corpus.records import parse_record, read
from stemme.corpus.statistics import table

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


def test_nothing_is_an_empty_table():
    assert len(table([]).splitlines()) == 2
