"""The network: one encoder pass over a window of subwords serves every head.

Sentences are pooled (together with their window) for frame and dimension. Subwords, each with its sentence, are
tagged for needs and complaints by a linear-chain CRF; the topic and severity of a mention are the mean over its
subwords. While it learns, the network also says of every sentence which kinds of mention it holds.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional
from transformers import BertConfig, BertModel, PretrainedConfig, PreTrainedModel
from transformers.utils import ModelOutput

from stemme.errors import StemmeError
from stemme.labels import DIMENSIONS, FRAMES, MENTION_KINDS, SEVERITIES, TOPICS
from stemme.model import e5
from stemme.model.blocks import BlockMatrix
from stemme.model.decoding import FORBIDDEN, TAGS, allowed_transitions
from stemme.model.files import EMBEDDINGS
from stemme.model.quantization import quantizable

IGNORED = -100
"""Label of what has none; torch's own convention."""


class StemmeConfig(PretrainedConfig):
    """Configuration of `StemmeModel`.

    Attributes:
        encoder: Keyword arguments of `BertConfig`.
        languages: BCP 47 tags of the texts it was trained on.
        dropout: Of the heads' inputs.
        loss_weights: Weight of each head's loss.
        temperatures: Of the heads' scores, by name; see `stemme.model.predict.begin`.
        trained_records: How many records it has learned from, those of a model that it was trained on from included; 0
            where that is not known.
    """

    model_type = "stemme"

    def __init__(
        self,
        encoder: dict[str, Any] | None = None,
        languages: list[str] | None = None,
        dropout: float = 0.1,
        loss_weights: dict[str, float] | None = None,
        temperatures: dict[str, float] | None = None,
        trained_records: int = 0,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.encoder = encoder or {}
        self.languages = languages or []
        self.dropout = dropout
        self.loss_weights = loss_weights or {
            "frame": 1.0,
            "dimension": 0.3,
            "tag": 1.0,
            "topic": 0.5,
            "severity": 0.3,
            "presence": 0.5,
        }
        self.temperatures = temperatures or {}
        self.trained_records = trained_records
        self.frames = list(FRAMES)
        self.dimensions = list(DIMENSIONS)
        self.tags = list(TAGS)
        self.topics = list(TOPICS)
        self.severities = list(SEVERITIES)


@dataclass
class StemmeOutput(ModelOutput):
    """What the heads say; logits, not probabilities.

    Attributes:
        loss: Weighted sum of the heads' losses, where labels were given.
        frame: Of shape (windows, sentences, frames).
        dimension: Of shape (windows, sentences, dimensions).
        tag: Of shape (windows, positions, tags).
        topic: Of shape (windows, positions, topics).
        severity: Of shape (windows, positions, severities).
        presence: Of shape (windows, sentences, kinds of mention).
    """

    loss: Tensor | None = None
    frame: Tensor | None = None
    dimension: Tensor | None = None
    tag: Tensor | None = None
    topic: Tensor | None = None
    severity: Tensor | None = None
    presence: Tensor | None = None


class StemmeModel(PreTrainedModel):
    """The encoder with its heads. Word embeddings are frozen, and kept in a file of 4-bit blocks of their own."""

    config_class = StemmeConfig
    base_model_prefix = "encoder"
    _keys_to_ignore_on_save = ["encoder.embeddings.word_embeddings.weight"]  # noqa: RUF012
    _keys_to_ignore_on_load_missing = [r"encoder\.embeddings\.word_embeddings\.weight"]  # noqa: RUF012

    def __init__(self, config: StemmeConfig) -> None:
        super().__init__(config)
        # No dropout within the encoder: it learns more slowly and worse with it, and on a CPU drawing the random
        # numbers takes longer than the products (models/ABLATIONS.md).
        encoder = BertConfig(
            **config.encoder,
            hidden_dropout_prob=0.0,
            attention_probs_dropout_prob=0.0,
            attn_implementation="sdpa",
        )
        self.encoder = BertModel(encoder, add_pooling_layer=False)
        self.encoder.embeddings.word_embeddings.weight.requires_grad_(False)
        for layer in self.encoder.encoder.layer:
            quantizable(layer)
        hidden = self.encoder.config.hidden_size
        self.dropout = nn.Dropout(config.dropout)
        self.sentence_attention = nn.Linear(hidden, 1)
        self.sentence_hidden = nn.Linear(3 * hidden, hidden)
        self.frame_head = nn.Linear(hidden, len(FRAMES))
        self.dimension_head = nn.Linear(hidden, len(DIMENSIONS))
        self.presence_head = nn.Linear(hidden, len(MENTION_KINDS))
        self.token_hidden = nn.Linear(hidden, hidden)
        self.token_context = nn.Linear(hidden, hidden, bias=False)
        self.tag_head = nn.Linear(hidden, len(TAGS))
        self.mention_hidden = nn.Linear(hidden, hidden)
        self.mention_context = nn.Linear(hidden, hidden, bias=False)
        self.topic_head = nn.Linear(hidden, len(TOPICS))
        self.severity_head = nn.Linear(hidden, len(SEVERITIES))
        self.transitions = nn.Parameter(torch.zeros(len(TAGS), len(TAGS)))
        self.first_tag = nn.Parameter(torch.zeros(len(TAGS)))
        self.post_init()

    def get_input_embeddings(self) -> nn.Embedding:
        """The frozen word embeddings."""
        module: nn.Embedding = self.encoder.embeddings.word_embeddings
        return module

    @property
    def quantized(self) -> bool:
        """Whether the encoder's layers round as int8 arithmetic does."""
        return bool(self.encoder.encoder.layer[0].intermediate.dense.quantized)

    def attach_embeddings(self, matrix: BlockMatrix) -> None:
        """Set the word embeddings from their 4-bit blocks, in half precision as ONNX Runtime looks them up."""
        weight = self.encoder.embeddings.word_embeddings.weight
        weight.data.copy_(torch.from_numpy(matrix.dequantized().astype(np.float16)))

    @classmethod
    def from_encoder(cls, encoder: e5.E5, languages: list[str], **options: Any) -> StemmeModel:
        """Return a model on a pre-trained encoder, its heads untrained."""
        model = cls(StemmeConfig(encoder=encoder.config, languages=languages, **options))
        state = {name: torch.from_numpy(values.copy()) for name, values in e5.state_dict(encoder).items()}
        model.encoder.load_state_dict(model.encoder.state_dict() | state)
        return model

    @classmethod
    def from_pretrained(cls, folder: str | Path, **options: Any) -> StemmeModel:
        """Load a folder that `save_pretrained` and `BlockMatrix.save` have filled, as float32.

        Raises:
            StemmeError: The word embeddings are missing or of another shape.
        """
        model: StemmeModel = super().from_pretrained(folder, **{"dtype": torch.float32} | options)
        path = Path(folder) / EMBEDDINGS
        if not path.is_file():
            raise StemmeError(f"{path}: missing. A Stemme model keeps its word embeddings in this file.")
        model.attach_embeddings(BlockMatrix.load(path, *model.get_input_embeddings().weight.shape))
        return model

    def forward(
        self,
        input_ids: Tensor | None,
        attention_mask: Tensor,
        sentence_mask: Tensor,
        inputs_embeds: Tensor | None = None,
        mention_mask: Tensor | None = None,
        frame_labels: Tensor | None = None,
        dimension_labels: Tensor | None = None,
        tag_labels: Tensor | None = None,
        topic_labels: Tensor | None = None,
        severity_labels: Tensor | None = None,
        presence_labels: Tensor | None = None,
        **_: Any,
    ) -> StemmeOutput:
        """Score windows, and sum up the losses where `frame_labels` are given (then all labels must be).

        Args:
            input_ids: Of shape (windows, positions); None where `inputs_embeds` are given.
            inputs_embeds: Word embeddings of shape (windows, positions, hidden).
            attention_mask: Of shape (windows, positions), 0 at padding.
            sentence_mask: Of shape (windows, sentences, positions), 1 where a position is of a sentence.
            mention_mask: Of shape (windows, mentions, positions), 1 where a position is of a gold mention.
            frame_labels: Of shape (windows, sentences).
            dimension_labels: Of shape (windows, sentences), `IGNORED` for `neither`.
            tag_labels: Of shape (windows, positions), `IGNORED` at special positions.
            topic_labels: Of shape (windows, mentions).
            severity_labels: Of shape (windows, mentions), `IGNORED` for needs.
            presence_labels: Of shape (windows, sentences, kinds of mention), 1 where a sentence holds one.
        """
        hidden = self.encoder(
            input_ids=input_ids, inputs_embeds=inputs_embeds, attention_mask=attention_mask
        ).last_hidden_state
        hidden = self.dropout(hidden)
        sentences, window = self._pool(hidden, attention_mask, sentence_mask)
        context = window.unsqueeze(1).expand(-1, sentences.shape[1], -1)
        sentence = functional.gelu(self.sentence_hidden(torch.cat([sentences, context], -1)))
        sentence = self.dropout(sentence)
        around = sentence_mask.transpose(1, 2).to(sentence.dtype) @ sentence
        token = functional.gelu(self.token_hidden(hidden) + self.token_context(around))
        mention = functional.gelu(self.mention_hidden(hidden) + self.mention_context(around))
        output = StemmeOutput(
            frame=self.frame_head(sentence),
            dimension=self.dimension_head(sentence),
            tag=self.tag_head(self.dropout(token)),
            topic=self.topic_head(mention),
            severity=self.severity_head(mention),
            presence=self.presence_head(sentence),
        )
        if frame_labels is not None:
            output.loss = self._loss(
                output,
                mention_mask,
                {
                    "frame": frame_labels,
                    "dimension": dimension_labels,
                    "tag": tag_labels,
                    "topic": topic_labels,
                    "severity": severity_labels,
                    "presence": presence_labels,
                },
            )
        return output

    def _loss(self, output: StemmeOutput, mention_mask: Any, labels: dict[str, Any]) -> Tensor:
        losses = {
            "frame": _cross_entropy(output.frame, labels["frame"]),
            "dimension": _cross_entropy(output.dimension, labels["dimension"]),
            "tag": self._tag_loss(output.tag, labels["tag"]),
            "topic": _cross_entropy(_mean_over(mention_mask, output.topic), labels["topic"]),
            "severity": _cross_entropy(_mean_over(mention_mask, output.severity), labels["severity"]),
            "presence": _presence_loss(output.presence, labels["presence"], labels["frame"] != IGNORED),
        }
        return torch.stack([self.config.loss_weights[name] * loss for name, loss in losses.items()]).sum()

    def _pool(self, hidden: Tensor, attention_mask: Tensor, sentence_mask: Tensor) -> tuple[Tensor, Tensor]:
        """Pool each sentence (its mean, and its mean by learned attention) and the window (its mean)."""
        weights = self._weights(hidden, sentence_mask)
        pooled = torch.cat([_mean_over(sentence_mask, hidden), weights.to(hidden.dtype) @ hidden], -1)
        window = _mean_over(attention_mask.unsqueeze(1).to(sentence_mask.dtype), hidden).squeeze(1)
        return pooled, window

    def sentence_weights(self, input_ids: Tensor, attention_mask: Tensor, sentence_mask: Tensor) -> Tensor:
        """Return what each position weighs in its sentence's mean by learned attention.

        Args:
            input_ids: Of shape (windows, positions).
            attention_mask: Of shape (windows, positions), 0 at padding.
            sentence_mask: Of shape (windows, sentences, positions), 1 where a position is of a sentence.

        Returns:
            Of shape (windows, sentences, positions); sums to 1 over the positions of a sentence.
        """
        hidden = self.encoder(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
        return self._weights(hidden, sentence_mask)

    def _weights(self, hidden: Tensor, sentence_mask: Tensor) -> Tensor:
        attention = self.sentence_attention(hidden).squeeze(-1).unsqueeze(1)
        weights: Tensor = torch.softmax(attention + (1 - sentence_mask) * FORBIDDEN, -1) * sentence_mask
        return weights

    def transition_scores(self) -> Tensor:
        """Scores of one tag following another, of shape (tags, tags); what must not be is `FORBIDDEN`."""
        return self.transitions + torch.from_numpy(allowed_transitions()).to(self.transitions.device)

    def first_scores(self) -> Tensor:
        """Scores of a window beginning with a tag, of shape (tags,); as after an outside tag."""
        return self.first_tag + torch.from_numpy(allowed_transitions()[0]).to(self.first_tag.device)

    def _tag_loss(self, emissions: Any, labels: Tensor) -> Tensor:
        """Negative log-likelihood of the gold tags by the chain, per subword.

        Lafferty, McCallum and Pereira (2001), Conditional Random Fields.
        """
        emissions = emissions[:, 1:].float()
        labels = labels[:, 1:]
        mask = labels != IGNORED
        gold = labels.clamp(min=0)
        transitions, first = self.transition_scores(), self.first_scores()

        taken = emissions.gather(-1, gold.unsqueeze(-1)).squeeze(-1) * mask
        steps = transitions[gold[:, :-1], gold[:, 1:]] * mask[:, 1:]
        path = taken.sum(-1) + steps.sum(-1) + first[gold[:, 0]] * mask[:, 0]

        alpha = first + emissions[:, 0]
        for step in range(1, emissions.shape[1]):
            reached = torch.logsumexp(alpha.unsqueeze(-1) + transitions, 1) + emissions[:, step]
            alpha = torch.where(mask[:, step].unsqueeze(-1), reached, alpha)
        total = torch.logsumexp(alpha, -1)
        loss: Tensor = ((total - path) * mask[:, 0]).sum() / mask.sum().clamp(min=1)
        return loss


def _mean_over(mask: Tensor, values: Any) -> Tensor:
    """Average `values` (windows, positions, n) over each row of `mask` (windows, rows, positions)."""
    weights = mask / mask.sum(-1, keepdim=True).clamp(min=1)
    mean: Tensor = weights.to(values.dtype) @ values
    return mean


def _cross_entropy(logits: Any, labels: Tensor) -> Tensor:
    """Mean over the labelled entries; 0 where there is none."""
    flat = logits.float().reshape(-1, logits.shape[-1])
    total: Tensor = functional.cross_entropy(flat, labels.reshape(-1), ignore_index=IGNORED, reduction="sum")
    mean: Tensor = total / (labels != IGNORED).sum().clamp(min=1)
    return mean


def _presence_loss(logits: Any, labels: Tensor, seen: Tensor) -> Tensor:
    """Mean binary cross-entropy over the sentences that are there, and over the kinds of mention."""
    loss: Tensor = functional.binary_cross_entropy_with_logits(logits[seen].float(), labels[seen])
    return loss
