"""Trains the network on the corpora, by the `transformers` Trainer: checkpoints, resuming, progress."""

from __future__ import annotations

import hashlib
import itertools
import json
import math
import shutil
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import torch
from torch.utils.data import Dataset
from transformers import Trainer, TrainerCallback, TrainingArguments, set_seed
from transformers.trainer import TRAINER_STATE_NAME

from stemme.analysis import Analysis
from stemme.corpus.pairs import units
from stemme.corpus.records import Record, read
from stemme.errors import StemmeError
from stemme.model import e5, files
from stemme.model.info import checksum
from stemme.model.network import StemmeModel
from stemme.model.predict import Scores, begin
from stemme.model.quantization import calibrate
from stemme.model.tokens import MASK, SubwordTokenizer
from stemme.model.windows import Batch
from stemme.pipeline import assemble
from stemme.text.language import identify
from stemme.training.evaluate import Analyze, evaluate
from stemme.training.examples import Example, collate, crop, examples, shouted
from stemme.training.processor import keep_freed_memory, multiplies_bfloat16
from stemme.training.settings import Settings

CALIBRATION = 200
"""Windows of the training split by which the int8 scales are set."""


LONG = 5
"""Sentences of a text of which a part may be shown alone."""

EXACT = 0.15
"""Share of an epoch at the end of a run that is computed in float32, as the export will be; it takes twice the time."""


class TorchScorer:
    """Runs the trained network, as `stemme.model.runtime.Runtime` runs the exported one."""

    def __init__(self, model: StemmeModel) -> None:
        self.model = model.eval()

    @torch.inference_mode()
    def __call__(self, batch: Batch) -> Scores:
        """Score a batch in float32."""
        inputs = (batch.input_ids, batch.attention_mask, batch.sentence_mask)
        output = self.model(*(torch.from_numpy(values).to(self.model.device) for values in inputs))
        logits = (output.frame, output.dimension, output.tag, output.topic, output.severity)
        chain = (self.model.transition_scores(), self.model.first_scores())
        return Scores(*(values.float().cpu().numpy() for values in (*logits, *chain)))


def torch_analyze(model: StemmeModel, tokenizer: SubwordTokenizer) -> Analyze:
    """Return a function that analyses texts within gold sentences by the trained network."""

    def analyze(texts: Sequence[str], sentences: Sequence[Sequence[tuple[int, int]]] | None) -> list[Analysis]:
        assert sentences is not None
        score = partial(map, TorchScorer(model))
        predictions = begin(texts, sentences, tokenizer, score, temperatures=model.config.temperatures)()
        return [
            assemble(text, identify(text), spans, p)
            for text, spans, p in zip(texts, sentences, predictions, strict=True)
        ]

    return analyze


def train(settings: Settings, resume: bool = False) -> Path:
    """Train and write the model; returns its folder, `model` in `settings.output`.

    Args:
        settings: Of the run.
        resume: Whether to go on from the last checkpoint in `settings.output`, if there is one.

    Raises:
        StemmeError: The corpora break the format or lack a split, or the output holds checkpoints of another run.
    """
    records = gold_records(settings)
    # What the model is measured on in the end is asked for before the hours that it takes to learn.
    learned, held, _ = (of_split(records, split) for split in ("train", "dev", "test"))
    set_seed(settings.seed)
    source = e5.read(e5.packaged_file())
    model = StemmeModel.from_encoder(source, sorted({record.lang for record in learned}), dropout=settings.dropout)
    model.config.loss_weights = model.config.loss_weights | settings.loss_weights
    model.config.trained_records = len(learned)
    settings.output.mkdir(parents=True, exist_ok=True)
    e5.build_tokenizer(source).save(str(settings.output / files.TOKENIZER), pretty=False)
    source.word_embeddings.save(settings.output / files.EMBEDDINGS)
    return fit(model, settings.output, settings, learned, held, resume)


def gold_records(settings: Settings) -> list[Record]:
    """Return the records in the folders of a run's languages, and those of the split probe in any folder.

    Raises:
        StemmeError: A folder is missing, or a record breaks the format.
    """
    named = [record for lang in settings.languages for record in read(settings.corpora / lang)]
    return [r for r in named if r.split != "probe"] + [r for r in read(settings.corpora) if r.split == "probe"]


def fit(
    model: StemmeModel,
    unlearned: Path,
    settings: Settings,
    learned: Sequence[Record],
    held: Sequence[Record],
    resume: bool = False,
) -> Path:
    """Let a model learn, and write it; returns its folder, `model` in `settings.output`.

    Args:
        model: Changed in place.
        unlearned: Folder of what stays as it is: tokenizer and word embeddings.
        settings: Of the run.
        learned: What is learned from.
        held: What is measured after each epoch; may be empty.
        resume: Whether to go on from the last checkpoint, if there is one.

    Raises:
        StemmeError: The output holds checkpoints of another run.
    """
    keep_freed_memory()
    freeze(model, settings.frozen_layers)
    if short := multiplies_bfloat16():
        # Autocast sends scaled dot products to a kernel whose bfloat16 backward pass is ten times slower than float's.
        model.encoder.set_attn_implementation("eager")
    loud = shouted(learned[:: round(1 / settings.shouting)]) if settings.shouting else []
    tokenizer = SubwordTokenizer.load(unlearned / files.TOKENIZER)
    items = [examples(group, tokenizer) for group in paired(learned)] + [[e] for e in examples(loud, tokenizer)]
    trainer = _StemmeTrainer(
        settings,
        held,
        tokenizer,
        short,
        model=model,
        args=_arguments(settings),
        train_dataset=_Examples(items, settings.cropping),
        eval_dataset=_Examples([], 0.0),
        data_collator=_Collator(settings.token_masking),
        callbacks=[_QuantizeLast(settings.quantized_epochs, list(itertools.chain(*items)))],
    )
    trainer.train(resume_from_checkpoint=_checkpoint(settings, learned, unlearned, resume))

    folder = settings.output / "model"
    model.half().save_pretrained(folder)
    model.float()
    for name in (files.TOKENIZER, files.EMBEDDINGS):
        shutil.copyfile(unlearned / name, folder / name)
    return folder


def _checkpoint(settings: Settings, learned: Sequence[Record], unlearned: Path, resume: bool) -> str | None:
    """Return the checkpoint to go on from; a run is never continued with other settings, records or another base."""
    run = {name: str(value) for name, value in vars(settings).items() if name not in ("corpora", "output", "replay")}
    base = unlearned / files.WEIGHTS
    run["base"] = checksum(base) if base.is_file() else ""
    run["records"] = hashlib.sha256(repr(learned).encode()).hexdigest()
    noted = settings.output / "run.json"
    # The state is written last: a checkpoint without it was cut off.
    states = {folder: _json(folder / TRAINER_STATE_NAME) for folder in settings.output.glob("checkpoint-*")}
    last = max((f for f in states if states[f]), key=lambda f: states[f]["global_step"], default=None)
    if last is None:
        noted.write_text(json.dumps(run, indent=1), "utf-8")
        return None
    if not resume:
        raise StemmeError(f"{settings.output}: holds checkpoints of a run; go on with --resume, or remove the folder")
    # Earlier versions noted the path of what was replayed, and not the epochs, which the checkpoint knows too.
    known = {"epochs": str(states[last]["num_train_epochs"])} | _json(noted)
    known.pop("replay", None)
    if known != run:
        raise StemmeError(
            f"{settings.output}: its checkpoints are of other settings, corpora or another base; remove the folder"
        )
    return str(last)


def _json(path: Path) -> dict[str, Any]:
    """Return the object of a JSON file, empty where it is missing or was cut off."""
    try:
        found: dict[str, Any] = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return found


def of_split(records: Sequence[Record], split: str) -> list[Record]:
    """Return the records of a split; StemmeError where there is none."""
    chosen = [record for record in records if record.split == split]
    if not chosen:
        raise StemmeError(f"no record of the split {split!r}; give it to some, or assign splits: stemme corpus split")
    return chosen


def paired(records: Sequence[Record]) -> list[list[Record]]:
    """Return the records one by one, but the members of a minimal pair together."""
    return [[records[number] for number in numbers] for numbers in units(records)]


def _arguments(settings: Settings) -> TrainingArguments:
    return TrainingArguments(
        output_dir=str(settings.output),
        per_device_train_batch_size=settings.batch_size,
        num_train_epochs=settings.epochs,
        learning_rate=settings.learning_rate,
        lr_scheduler_type="linear",
        warmup_steps=settings.warmup,
        weight_decay=settings.weight_decay,
        max_grad_norm=1.0,
        use_cpu=not torch.cuda.is_available(),
        seed=settings.seed,
        train_sampling_strategy="group_by_length",
        remove_unused_columns=False,
        eval_strategy="epoch",
        save_strategy="epoch",
        save_total_limit=2,
        logging_steps=20,
        report_to=[],
    )


class _Examples(Dataset[dict[str, Any]]):
    """Examples as the Trainer wants items; `input_ids` only tell it the length.

    The members of a minimal pair are one item: side by side in a step, what they share cancels out, and what is left
    to learn from is the difference. Of a share of the long examples a run of sentences is shown, drawn anew each time:
    a heading or a claim must be understood without the article around it.
    """

    def __init__(self, items: list[list[Example]], cropping: float) -> None:
        self._items = items
        self._cropping = cropping

    def __len__(self) -> int:
        return len(self._items)

    def __getitem__(self, index: int) -> dict[str, Any]:
        shown = [self._cropped(example) for example in self._items[index]]
        return {"input_ids": max((example.tags for example in shown), key=len), "examples": shown}

    def _cropped(self, example: Example) -> Example:
        sentences = len(example.frames)
        if sentences < LONG or torch.rand(()) >= self._cropping:
            return example
        first = int(torch.randint(sentences, ()))
        return crop(example, first, first + 1 + int(torch.randint(sentences - first, ())))


class _Collator:
    """Pads items into a batch, and hides a share of its subwords: cue words alone must not decide."""

    def __init__(self, masking: float) -> None:
        self._masking = masking

    def __call__(self, items: list[dict[str, Any]]) -> dict[str, torch.Tensor]:
        batch = collate([example for item in items for example in item["examples"]])
        ids = batch["input_ids"]
        inner = batch["sentence_mask"].sum(1) > 0
        batch["input_ids"] = ids.masked_fill(inner & (torch.rand(ids.shape) < self._masking), MASK)
        return batch


class _QuantizeLast(TrainerCallback):
    """Sets the int8 scales of the network before the last epochs."""

    def __init__(self, epochs: int, items: Sequence[Example]) -> None:
        self._epochs = epochs
        self._items = items[:: max(1, len(items) // CALIBRATION)]

    def on_epoch_begin(self, args: TrainingArguments, state: Any, control: Any, **kwargs: Any) -> None:  # noqa: ARG002
        model: StemmeModel = kwargs["model"]
        if model.quantized or round(state.epoch) < args.num_train_epochs - self._epochs:
            return
        model.eval()
        calibrate(model.encoder.encoder.layer, lambda: self._run(model))
        model.train()

    def _run(self, model: StemmeModel) -> None:
        for item in self._items:
            batch = collate([item])
            model(**{name: batch[name].to(model.device) for name in ("input_ids", "attention_mask", "sentence_mask")})


class _StemmeTrainer(Trainer):
    """A Trainer with learning rates by layer that measures the dev split by the project's own figures."""

    def __init__(
        self, settings: Settings, held: Sequence[Record], tokenizer: SubwordTokenizer, short: bool, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self._settings = settings
        self._held = held
        self._tokenizer = tokenizer
        self._short = short

    def compute_loss(self, model: Any, *args: Any, **kwargs: Any) -> Any:
        """Multiply in bfloat16 where the processor is made for it, but at the end exactly as the export will."""
        last = self.state.epoch >= self.args.num_train_epochs - EXACT
        with torch.autocast("cpu", torch.bfloat16, enabled=self._short and not last):
            return super().compute_loss(model, *args, **kwargs)

    def create_optimizer(self, model: Any = None) -> torch.optim.Optimizer:  # noqa: ARG002
        """AdamW; the learning rate falls from layer to layer downwards."""
        groups = parameter_groups(self.model, self._settings)
        self.optimizer = torch.optim.AdamW(groups, lr=self._settings.learning_rate, fused=True)
        return self.optimizer

    def evaluate(self, *_: Any, **__: Any) -> dict[str, float]:
        """Measure the dev split, if there is one."""
        if not self._held:
            return {}
        report = evaluate(self._held, torch_analyze(self.model, self._tokenizer))
        figures = {f"eval_{name}": value for name, value in report["all"].items() if not math.isnan(value)}
        self.model.train()
        self.log(figures)
        self.control: Any = self.callback_handler.on_evaluate(self.args, self.state, self.control, figures)
        return figures


def freeze(model: StemmeModel, layers: int) -> None:
    """Leave the encoder's embeddings and its lowest layers as they are; with 0 layers, only the word embeddings."""
    frozen = [model.encoder.embeddings, *model.encoder.encoder.layer[:layers]] if layers else []
    for module in frozen:
        module.requires_grad_(False)


def parameter_groups(model: StemmeModel, settings: Settings) -> list[dict[str, Any]]:
    """Return AdamW's groups: the heads, then each layer of the encoder with its own learning rate.

    The frozen word embeddings are in none; vectors (biases, norms) do not decay.
    """
    layers = model.encoder.config.num_hidden_layers
    groups: dict[tuple[float, float], list[torch.nn.Parameter]] = {}
    for name, parameter in model.named_parameters():
        if not parameter.requires_grad:
            continue
        if not name.startswith("encoder."):
            rate = settings.head_learning_rate
        else:
            depth = int(name.split("layer.")[1].split(".")[0]) + 1 if "layer." in name else 0
            rate = settings.learning_rate * settings.layer_decay ** (layers - depth)
        decay = settings.weight_decay if parameter.dim() > 1 else 0.0
        groups.setdefault((rate, decay), []).append(parameter)
    return [{"params": p, "lr": rate, "weight_decay": decay} for (rate, decay), p in groups.items()]
