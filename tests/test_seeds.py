"""The documents that define the two concepts, where they lie beside the repository: none of the corpora's texts."""

import json
import subprocess
import sys
from collections import Counter

import pytest

from samples import ROOT

SEEDS = ROOT.parent / "shared" / "seeds"
LANGUAGES = ("te", "bn", "nb", "et", "zh")

LEAST_ALIKE = 12
"""Of 15 paragraphs: what the model reaches that ships."""

pytestmark = pytest.mark.skipif(not SEEDS.is_dir(), reason="the seed documents are not here")


def paragraphs(lang):
    return [line for line in (SEEDS / f"{lang}.txt").read_text("utf-8").splitlines() if line.strip()]


def majority(analysis):
    counts = Counter(s.frame for s in analysis.sentences if s.frame != "neither")
    return counts.most_common(1)[0][0] if counts else "neither"


def test_each_document_is_read_in_its_language_with_both_frames_where_it_compares(tmp_path):
    source, target = tmp_path / "seeds.jsonl", tmp_path / "out.jsonl"
    rows = [{"id": lang, "text": (SEEDS / f"{lang}.txt").read_text("utf-8")} for lang in LANGUAGES]
    source.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    subprocess.run([sys.executable, "-m", "stemme", "analyze", source, "-o", target, "--quiet"], check=True)
    results = {r["id"]: r for r in map(json.loads, target.read_text("utf-8").splitlines())}
    assert {lang: result["lang"] for lang, result in results.items()} == {lang: lang for lang in LANGUAGES}
    for lang, result in results.items():
        frames = Counter(s["frame"] for s in result["sentences"])
        assert frames["centric"] >= 3, lang
        if lang in ("bn", "et", "zh"):
            assert frames["focused"] >= 1, lang


def test_one_text_in_two_languages_has_the_same_frames(analyzer):
    telugu, norwegian = ([majority(a) for a in analyzer.pipe(paragraphs(lang))] for lang in ("te", "nb"))
    same = sum(one == other for one, other in zip(telugu, norwegian, strict=True))
    assert same >= LEAST_ALIKE, [*enumerate(zip(telugu, norwegian, strict=True))]
