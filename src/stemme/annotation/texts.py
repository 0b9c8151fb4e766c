"""The texts of an export, or of what `stemme analyze` made of it."""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field, replace

from stemme.analysis import Analysis
from stemme.annotation.tasks import prepared, storable
from stemme.defaults import BATCH_SIZE
from stemme.errors import StemmeError, UsageError
from stemme.exports.cells import as_text
from stemme.exports.columns import SAMPLE_ROWS, choose_id_column, choose_text_column
from stemme.exports.formats import STREAM, open_reader
from stemme.exports.locations import local_copies
from stemme.exports.outcomes import TextAnalyzer
from stemme.exports.parts import text_of
from stemme.exports.reader import Reader, Row
from stemme.exports.reading import Reading
from stemme.exports.results import TABLE_COLUMNS
from stemme.exports.sources import find_sources

_BATCHES = 8
"""Batches of texts that are sorted by length together."""


@dataclass
class Texts:
    """Texts to annotate, to be iterated over once.

    Attributes:
        rows: With their places, as messages name them.
        column: Where they stand, and why that column.
        blank: How many rows have been passed over that say nothing.
        repeated: How many rows have been passed over whose text has come before, but for case and white space.
        problems: Why other rows have been left out, with their files and numbers.
    """

    rows: Iterator[tuple[str, Row]]
    text_column: str
    id_column: str | None
    column: str
    blank: int = 0
    repeated: int = 0
    problems: list[str] = field(default_factory=list)

    def __iter__(self) -> Iterator[tuple[str, str]]:
        """Yield texts, prepared, and their ids."""
        seen: set[int] = set()
        for number, (place, row) in enumerate(self.rows, 1):
            name = as_text(row.fields.get(self.id_column)).strip() if self.id_column else ""
            given, problem = text_of(row, self.text_column)
            if problem := problem or _unstorable(given or "", name):
                self.problems.append(f"{place}: {problem}")
                continue
            text = prepared(given or "")
            # As stemme corpus check compares them, which lets only one of them stand.
            key = hash("".join(text.casefold().split()))
            if not text:
                self.blank += 1
            elif key in seen:
                self.repeated += 1
            else:
                seen.add(key)
                yield text, name or str(number)

    def analysed(self, analyzer: TextAnalyzer, lang: str | None = None) -> Iterator[tuple[str, Analysis]]:
        """Yield (id, analysis) of the texts, in their order."""
        names: deque[str] = deque()

        def plain() -> Iterator[str]:
            for text, name in self:
                names.append(name)
                yield text

        for analysis in analyzer.pipe(plain(), lang=lang, batch_size=BATCH_SIZE, ahead=_BATCHES):
            yield names.popleft(), analysis


@contextmanager
def open_texts(
    source: Sequence[str], text_column: str | None, id_column: str | None, reading: Reading
) -> Iterator[Texts]:
    """Open the texts of an export, or of results: a table, or JSONL with --keep-input.

    Raises:
        UsageError: No such file or column, or the results hold no texts.
        StemmeError: A file is damaged or empty.
    """
    reading.check()
    sources = find_sources(source)
    with local_copies(sources) as files, open_reader(files, reading, sources) as reader:
        rows = _placed(reader, files, sources, reading)
        sample = list(itertools.islice(rows, SAMPLE_ROWS))
        if not sample:
            raise StemmeError(f"{reader.name}: there is no row in it")
        readable = [(place, row) for place, row in sample if row.problem is None]
        chained: Iterator[tuple[str, Row]] = itertools.chain(sample, rows)
        columns = [name for name in reader.columns if name not in TABLE_COLUMNS]
        if readable and all(_is_result(row) for _, row in readable):
            readable = [_unpacked(*placed) for placed in readable]
            columns = list(dict.fromkeys(name for _, row in readable for name in row.fields))
            chained = (_unpacked(*placed) for placed in chained)
        chosen = choose_text_column(columns, [row for _, row in readable], text_column)
        ids = choose_id_column(columns, id_column, complete=STREAM not in sources)
        yield Texts(chained, chosen.name, ids, f'text from "{chosen.name}" ({chosen.reason})')


def _unstorable(text: str, name: str) -> str | None:
    for part, held in (("text", text), ("id", name)):
        if not storable(held):
            return f"the {part} holds a NUL or half a character, which Label Studio cannot store; mend the export"
    return None


def _placed(reader: Reader, files: Sequence[str], names: Sequence[str], reading: Reading) -> Iterator[tuple[str, Row]]:
    """Yield the rows of an open export, each with its file and its number there."""
    for file, name in zip(files, names, strict=True):
        # The reader of several files counts their rows as one; that of a pipe cannot be opened a second time.
        with nullcontext(reader) if len(files) == 1 else open_reader(file, reading, [name]) as one:
            for row in one.rows():
                yield f"{one.name}: row {row.number}", row


def _is_result(row: Row) -> bool:
    return {"lang", "orientation", "sentences"} <= row.fields.keys()


def _unpacked(place: str, row: Row) -> tuple[str, Row]:
    """Return the row that a JSONL result was made of, with its place."""
    if row.problem:
        return place, row
    kept = row.fields.get("input")
    if not isinstance(kept, dict):
        raise UsageError(f"{place}: results without texts; give the export, or use --keep-input")
    return place, replace(row, fields={"id": row.fields.get("id")} | kept)
