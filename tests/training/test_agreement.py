import dataclasses
import math

import pytest

from samples import CORPORA
from stemme.corpus.records import parse_record, read
from stemme.errors import StemmeError
from stemme.training.agreement import agreement

LINE = (
    '{"id":"x1","lang":"en","kind":"comment","domain":"retail","orientation":"mixed","sentences":['
    '{"text":"{complaint delivery 2|It came late}.","frame":"focused","dimension":"initiative"},'
    '{"text":"Nobody ever {need service|called}.","frame":"centric","dimension":"horizon"}]}'
)


def test_an_annotation_agrees_with_itself():
    record = parse_record(LINE)
    found = agreement([record], [record])
    assert (found.frame_kappa, found.dimension, found.orientation, found.topic, found.severity) == (1, 1, 1, 1, 1)
    assert set(found.spans.values()) == {1.0}


def test_differences_lower_their_own_figures():
    first = parse_record(LINE)
    second = parse_record(
        LINE.replace("{complaint delivery 2|It came late}", "It {complaint price 1|came late}").replace(
            "horizon", "offer"
        )
    )
    found = agreement([first], [second])
    assert found.spans == {"need_exact": 1, "need_half": 1, "complaint_exact": 0, "complaint_half": 1}
    assert (found.dimension, found.topic, found.severity) == (0.5, 0.5, 0)


def test_what_neither_annotation_has_is_no_number():
    record = parse_record(
        '{"id":"x2","lang":"te","kind":"comment","domain":"retail","orientation":"neither","sentences":['
        '{"text":"నమస్తే 🙏","frame":"neither"},{"text":"నిన్న సోమవారం.","frame":"neither"}]}'
    )
    found = agreement([record], [record])
    assert (found.frame, found.orientation) == (1, 1)
    nothing = (found.frame_kappa, found.dimension, found.topic, found.severity, *found.spans.values())
    assert all(map(math.isnan, nothing))


def test_other_texts_are_refused():
    record = parse_record(LINE)
    with pytest.raises(StemmeError, match="another text"):
        agreement([record], [dataclasses.replace(record, text=record.text + "!")])
    with pytest.raises(StemmeError, match="no record in common"):
        agreement([record], [dataclasses.replace(record, id="y")])


@pytest.mark.parametrize("lang", ["te", "bn", "nb", "et", "zh", "en"])
def test_the_corpora_agree_with_their_second_annotation(lang):
    found = agreement(read(CORPORA / lang), read(CORPORA / lang / "second.jsonl"))
    assert found.records >= 60
    assert found.frame_kappa >= 0.85
    assert min(found.spans["need_half"], found.spans["complaint_half"]) >= 0.7
