"""Baselines on the encoder that the model starts from: frozen with linear heads, and by SetFit."""

from __future__ import annotations

import contextlib
import random
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from tokenizers import Tokenizer
from transformers import BertConfig, BertModel

from stemme.analysis import Analysis
from stemme.corpus.records import Record
from stemme.labels import MENTION_KINDS, Frame
from stemme.model import e5, windows
from stemme.model.tokens import SubwordTokenizer, Tokens
from stemme.training.baselines.sentences import SentenceModel, Span, analysis, analyze_by_language, by_language
from stemme.training.evaluate import Analyze

FEW = 32
"""Sentences of each language and frame that SetFit learns from; it is made for few."""

_TAGS = tuple(f"{prefix}-{kind}" for kind in MENTION_KINDS for prefix in "BI")
_OUTSIDE = "O"


def frozen_with_linear_heads(records: Sequence[Record]) -> Analyze:
    """Logistic regression on the encoder's untouched states, all languages together.

    Frames from the mean over a sentence's subwords beside that over its text, mentions from IOB tags of the single
    subwords.
    """
    encoder = _Encoder()
    read = list(encoder([(r.text, [(s.start, s.end) for s in r.sentences]) for r in records]))
    frames = make_pipeline(StandardScaler(), LogisticRegression(C=0.01, max_iter=300, class_weight="balanced"))
    frames.fit(np.concatenate([s for _, s, _ in read]), [s.frame for r in records for s in r.sentences])
    labels = [tag for record, (tokens, _, _) in zip(records, read, strict=True) for tag in _gold_tags(record, tokens)]
    tags = make_pipeline(StandardScaler(), LogisticRegression(max_iter=100))
    tags.fit(np.concatenate([states for _, _, states in read]), labels)

    def analyze(texts: Sequence[str], sentences: Sequence[Sequence[tuple[int, int]]] | None) -> list[Analysis]:
        assert sentences is not None
        found = []
        pairs = list(zip(texts, sentences, strict=True))
        for (text, spans), (tokens, pooled, states) in zip(pairs, encoder(pairs), strict=True):
            path = list(tags.predict(states)) if len(tokens) else []
            found.append(analysis(text, spans, list(frames.predict(pooled)), _spans(tokens, path)))
        return found

    return analyze


def setfit(records: Sequence[Record]) -> Analyze:
    """SetFit (Tunstall et al. 2022): few sentences of each language and frame, for the encoder and for the head.

    Needs the package `setfit`.
    """
    from datasets import Dataset
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.models import Pooling, Transformer
    from setfit import SetFitModel, Trainer, TrainingArguments

    languages = by_language(records)
    few: list[tuple[str, str]] = []
    for sentences in languages.values():
        drawn: defaultdict[str, list[str]] = defaultdict(list)
        for sentence in random.Random(0).sample(sentences, len(sentences)):
            if len(drawn[sentence.frame]) < FEW:
                drawn[sentence.frame].append(e5.QUERY_PREFIX + sentence.text)
        few += [(text, frame) for frame, texts in drawn.items() for text in texts]
    with tempfile.TemporaryDirectory() as folder:
        _write_checkpoint(Path(folder))
        transformer = Transformer(folder, max_seq_length=128)
        body: Any = SentenceTransformer(
            modules=[transformer, Pooling(transformer.get_embedding_dimension())], device="cpu"
        )
        for name, parameter in body.named_parameters():
            parameter.requires_grad_("word_embeddings" not in name)
        model = SetFitModel(model_body=body, model_head=LogisticRegression(max_iter=300, class_weight="balanced"))
        arguments = TrainingArguments(
            output_dir=str(Path(folder) / "run"),
            batch_size=16,
            num_epochs=1,
            num_iterations=1,
            body_learning_rate=2e-5,
            save_strategy="no",
            report_to=[],
            seed=0,
        )
        rows = Dataset.from_dict({"text": [text for text, _ in few], "label": [frame for _, frame in few]})
        trainer = Trainer(model, arguments, train_dataset=rows)
        with contextlib.redirect_stdout(sys.stderr):  # the trainer prints its log, and ours may be JSON
            trainer.train()

    def embedded(texts: Sequence[str]) -> NDArray[np.float32]:
        return np.asarray(body.encode([e5.QUERY_PREFIX + text for text in texts], batch_size=32))

    def frames(texts: Sequence[str]) -> list[Frame]:
        return list(model.model_head.predict(embedded(texts))) if texts else []

    reader = SentenceModel(frames)
    return analyze_by_language(dict.fromkeys(languages, reader))


class _Encoder:
    """The untouched encoder; reads texts with their sentences, the longest in windows."""

    def __init__(self) -> None:
        source = e5.read(e5.packaged_file())
        self._model = BertModel(BertConfig(**source.config), add_pooling_layer=False).eval()
        state = {name: torch.from_numpy(values.copy()) for name, values in e5.state_dict(source).items()}
        self._model.load_state_dict(state)
        self._tokenizer = SubwordTokenizer(e5.build_tokenizer(source))

    @torch.inference_mode()
    def __call__(
        self, texts: Sequence[tuple[str, Sequence[tuple[int, int]]]]
    ) -> Iterator[tuple[Tokens, NDArray[np.float32], NDArray[np.float32]]]:
        """Yield of each text its subwords, (sentences, 2 x hidden) pooled and (subwords, hidden) states."""
        tokens = self._tokenizer([text for text, _ in texts])
        sentence_of = [windows.sentence_of_tokens(t, s) for t, (_, s) in zip(tokens, texts, strict=True)]
        hidden = self._model.config.hidden_size
        states = [np.zeros((len(t), hidden), np.float32) for t in tokens]
        cuts = [window for number, of in enumerate(sentence_of) for window in windows.cut(number, of)]
        for batch in windows.batches(cuts, 32, 8192):
            arrays = windows.collate(batch, tokens)
            output = self._model(torch.from_numpy(arrays.input_ids), torch.from_numpy(arrays.attention_mask))
            for row, window in enumerate(batch):
                states[window.text][window.start : window.stop] = output.last_hidden_state[row, 1 : len(window) + 1]
        for own, of, found, (_, sentences) in zip(tokens, sentence_of, states, texts, strict=True):
            whole = found.mean(0) if len(found) else np.zeros(hidden, np.float32)
            pooled = [
                np.append(found[of == n].mean(0) if (of == n).any() else whole, whole) for n in range(len(sentences))
            ]
            yield own, np.array(pooled, np.float32), found


def _gold_tags(record: Record, tokens: Tokens) -> list[str]:
    tags = [_OUTSIDE] * len(tokens)
    for mention in record.mentions:
        inside = np.flatnonzero((tokens.starts < mention.end) & (tokens.ends > mention.start))
        for rank, place in enumerate(inside):
            tags[place] = f"{'I' if rank else 'B'}-{mention.kind}"
    return tags


def _spans(tokens: Tokens, path: Sequence[str]) -> list[Span]:
    """Read spans off tags; an inside that follows no span of its kind begins one."""
    spans: list[Span] = []
    before = _OUTSIDE
    for number, tag in enumerate(path):
        if tag != _OUTSIDE:
            end = int(tokens.ends[number])
            kind = MENTION_KINDS[_TAGS.index(tag) // 2]
            if tag.startswith("B") or before[2:] != kind:
                spans.append((int(tokens.starts[number]), end, kind))
            else:
                spans[-1] = (spans[-1][0], end, kind)
        before = tag
    return [span for span in spans if span[0] < span[1]]


def _write_checkpoint(folder: Path) -> None:
    from transformers import PreTrainedTokenizerFast

    e5.convert(e5.packaged_file(), folder)
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=Tokenizer.from_file(str(folder / "tokenizer.json")),
        bos_token="<s>",
        eos_token="</s>",
        pad_token="<pad>",
        unk_token="<unk>",
        model_max_length=512,
    )
    tokenizer.save_pretrained(folder)
