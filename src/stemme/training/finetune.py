"""Trains a model on: from few records of one's own, mixed with some of what it has learned before.

Without the latter a network forgets (McCloskey and Cohen 1989); rehearsal is the plain remedy (Robins 1995). In the
end its weights are drawn back some way towards where they came from.
"""

from __future__ import annotations

import itertools
import random
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import torch

from stemme.corpus.records import CORPORA, Record, language_group, read
from stemme.errors import StemmeError
from stemme.model import files
from stemme.model.network import StemmeModel
from stemme.training.settings import Tuning
from stemme.training.train import fit, of_split


def finetune(base: Path, settings: Tuning, resume: bool = False) -> Path:
    """Train a model on, and write what becomes of it; returns its folder, `model` in `settings.output`.

    Args:
        base: Folder of the trained model; it stays as it is.
        settings: Of the run.
        resume: Whether to go on from the last checkpoint in `settings.output`, if there is one.

    Raises:
        StemmeError: The base is not for training or stands where the result goes, the records break the format or
            have no splits, or the output holds checkpoints of another run.
    """
    check_trainable(base)
    if (settings.output / "model").resolve() == base.resolve():
        raise StemmeError(f"{base}: the result would be written over it; name another output in the settings")
    records = list(read(settings.corpora))
    learned = of_split(records, "train")
    held = [record for record in records if record.split == "dev"]
    rehearsed = rehearsal(settings, len(learned))
    model = StemmeModel.from_pretrained(base)
    model.config.languages = sorted({*model.config.languages, *(record.lang for record in learned)})
    model.config.loss_weights = model.config.loss_weights | settings.loss_weights
    model.config.trained_records += len(learned)
    model.dropout.p = model.config.dropout = settings.dropout
    settings.output.mkdir(parents=True, exist_ok=True)
    folder = fit(model, base, settings, [*learned, *rehearsed], held, resume)
    _draw_back(model, StemmeModel.from_pretrained(base), settings.kept)
    model.half().save_pretrained(folder)
    return folder


@torch.no_grad()
def _draw_back(model: StemmeModel, base: StemmeModel, share: float) -> None:
    """Move a model's weights a share of the way back to its base; the int8 scales are those of the base anyway."""
    for own, old in zip(model.parameters(), base.parameters(), strict=True):
        own.lerp_(old, share)


def check_trainable(folder: Path) -> None:
    """Raise StemmeError where a model folder lacks what training on needs."""
    if not folder.is_dir():
        raise StemmeError(f"{folder}: no such folder; --from takes a model folder, or stemme-base")
    if missing := [
        n for n in (files.CONFIG, files.WEIGHTS, files.EMBEDDINGS, files.TOKENIZER) if not (folder / n).is_file()
    ]:
        remedy = (
            "an installed package has no weights to train on: take models/stemme-base of the repository"
            if missing == [files.WEIGHTS]
            else "give the folder that `stemme train` has written"
        )
        raise StemmeError(f"{folder}: {', '.join(missing)} missing; {remedy}")


def with_rehearsal(settings: Tuning) -> Tuning:
    """Return the settings with the folder of a checkout's corpora, where none is given and there is one."""
    return replace(settings, replay=CORPORA) if settings.replay is None and CORPORA.is_dir() else settings


def rehearsal(settings: Tuning, own: int) -> list[Record]:
    """Return what is learned from beside `own` records: of the split train, of each language as many, drawn by seed.

    Their pairs get names apart, which those of one's own records may have too.
    """
    if settings.replay is None or settings.replayed <= 0:
        return []
    groups: defaultdict[str, list[Record]] = defaultdict(list)
    for record in read(settings.replay):
        if record.split == "train":
            pair = f"replayed {record.pair}" if record.pair else None
            groups[language_group(record.lang)].append(replace(record, pair=pair))
    if not groups:
        raise StemmeError(f"{settings.replay}: no record of the split train; name another folder as replay")
    return _drawn([groups[lang] for lang in sorted(groups)], own * settings.replayed, random.Random(settings.seed))


def _drawn(groups: Sequence[list[Record]], count: int, chance: random.Random) -> list[Record]:
    """Take turns among the groups, in an order drawn as well: what is left over falls to no group in particular."""
    shuffled = [chance.sample(group, len(group)) for group in chance.sample(groups, len(groups))]
    turns = itertools.chain.from_iterable(itertools.zip_longest(*shuffled))
    return list(itertools.islice((record for record in turns if record is not None), count))
