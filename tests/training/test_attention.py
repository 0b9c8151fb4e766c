import pytest
import torch

from samples import MODEL, TEXTS
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


def test_a_loss_is_the_score_that_goes_with_the_word(analyzer):
    text = "Hello. After twelve years nobody has asked what we will need next."
    bounds = [(0, 6), (7, len(text))]
    found = losses(text, bounds, ["neither", "centric"], analyzer)
    assert len(found) == len(words(text))
    greeting, sentence = analyzer.gold([text], [bounds])[0].sentences
    assert (greeting.frame, sentence.frame) == ("neither", "centric")
    assert found[0] == pytest.approx(greeting.score, abs=1e-4)  # nothing is left of its sentence
    assert all(abs(loss) < 1 for loss in found)
    cut = text.replace("nobody ", "")
    (_, without) = analyzer.gold([cut], [[(0, 6), (7, len(cut))]])[0].sentences
    assert without.frame == "centric"
    assert found[words(text).index((26, 33))] == pytest.approx(sentence.score - without.score, abs=1e-3)
