import pytest
import torch

from samples import MODEL, TEXTS
from stemme.analysis import Analysis
from stemme.errors import StemmeError
from stemme.model.network import StemmeConfig, StemmeModel
from stemme.model.tokens import SubwordTokenizer
from stemme.training.attention import losses, weights, words

TINY = {
    "hidden_size": 32,
    "num_hidden_layers": 1,
    "num_attention_heads": 2,
    "intermediate_size": 32,
    "vocab_size": 250_037,
    "max_position_embeddings": 512,
}


@pytest.fixture(scope="module")
def network():
    torch.manual_seed(0)
    return StemmeModel(StemmeConfig(encoder=TINY, languages=["te"])).eval()


@pytest.fixture(scope="module")
def tokenizer():
    return SubwordTokenizer.load(MODEL / "tokenizer.json")


@pytest.mark.parametrize("lang", ["te", "bn", "nb", "en"])
def test_words_weigh_one_in_each_sentence(network, tokenizer, lang):
    text = TEXTS[lang]
    edge = text.replace("।", ".").index(".") + 1
    found = weights(text, [(0, edge), (edge + 1, len(text))], network, tokenizer)
    spans = words(text)
    assert len(found) == len(spans)
    first = sum(weight for weight, (start, _) in zip(found, spans, strict=True) if start < edge)
    assert (first, sum(found)) == pytest.approx((1, 2), abs=1e-4)
    assert min(found) > 0


def test_a_text_that_no_window_holds_is_refused(network, tokenizer):
    for text in ("", "word " * 600):
        with pytest.raises(StemmeError, match="subwords"):
            weights(text, [(0, len(text))], network, tokenizer)


def test_a_loss_is_the_score_that_goes_with_the_word():
    seen = []

    def analyze(texts, sentences):
        seen.extend(zip(texts, sentences, strict=True))
        return [Analysis(t, "en", 1, "focused", -1, {"focused": 0.9 if "late" in t else 0.2}) for t in texts]

    assert losses("Hi. It came late", [(0, 3), (4, 16)], "focused", analyze) == pytest.approx([0, 0, 0, 0.7])
    assert seen[1] == ("It came late", [(0, 12)])
    assert seen[3] == ("Hi. It late", [(0, 3), (4, 11)])
