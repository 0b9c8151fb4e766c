import numpy as np
import pytest

from samples import CORPORA, MODEL
from stemme.corpus.records import read
from stemme.model import files
from stemme.model.network import IGNORED
from stemme.model.tokens import SubwordTokenizer
from stemme.training.examples import collate, crop, examples, shouted


@pytest.fixture(scope="module")
def tokenizer():
    return SubwordTokenizer.load(MODEL / files.TOKENIZER)


@pytest.mark.parametrize("lang", ["te", "bn", "nb", "et", "zh"])
def test_a_part_of_a_text_is_labelled_like_the_whole(tokenizer, lang):
    records = [r for r in read(CORPORA / lang) if len(r.sentences) > 6 and len(r.mentions) > 1][:5]
    assert records
    for record, whole in zip(records, examples(records, tokenizer), strict=True):
        first, stop = 1, len(record.sentences) - 1
        part = crop(whole, first, stop)
        inside = [
            m for m in record.mentions if m.start >= record.sentences[1].start and m.end <= record.sentences[-2].end
        ]
        assert len(part.mentions) == len(inside)
        for (begin, end, *_), mention in zip(part.mentions, inside, strict=True):
            covered = slice(part.window.start + begin, part.window.start + end)
            assert record.text[part.tokens.starts[covered][0] : part.tokens.ends[covered][-1]].strip() in (
                record.text[mention.start : mention.end],
                record.text[mention.start : mention.end + 1],
            )
            assert part.tags[begin] in (1, 3)
        batch = collate([part])
        assert batch["frame_labels"].tolist() == [whole.frames[first:stop].tolist()]
        assert int((batch["tag_labels"] != IGNORED).sum()) == len(part) == len(part.tags)
        assert np.array_equal(part.presence, whole.presence[first:stop])


def test_upper_case_keeps_every_offset():
    records = list(read(CORPORA / "nb"))[:50] + list(read(CORPORA / "te"))[:5]
    loud = shouted(records)
    by_id = {r.id: r for r in records}
    for record in loud:
        assert record.text == by_id[record.id].text.upper() != by_id[record.id].text
        assert record.mentions == by_id[record.id].mentions
    assert len(loud) >= 50
