"""The progress bar of a job: rows, rows a second, time left."""

from __future__ import annotations

from rich.console import Console
from rich.progress import BarColumn, Progress, ProgressColumn, Task, TaskProgressColumn, TimeRemainingColumn
from rich.text import Text

from stemme.exports.reader import Reader


class RowProgress:
    """A bar on standard error from the first row on, until it is stopped.

    It moves by the share of the export that is read, which is known even where nobody has counted rows.

    Args:
        console: Where it is drawn.
        shown: Whether it is drawn at all.
    """

    def __init__(self, console: Console, *, shown: bool) -> None:
        self._shown = shown
        columns = (BarColumn(), TaskProgressColumn(), _Rows(), TimeRemainingColumn(compact=True))
        self._progress = Progress(*columns, console=console, transient=True)
        self._task = self._progress.add_task("", total=None, start=False, rows=0)
        self._rows = 0

    def advance(self, reader: Reader) -> None:
        """Count one more row."""
        if not self._shown:
            return
        if not self._rows:
            self._progress.start()
            self._progress.start_task(self._task)
        self._rows += 1
        fraction = reader.fraction
        self._progress.update(
            self._task, rows=self._rows, total=None if fraction is None else 1.0, completed=fraction or 0.0
        )

    def stop(self) -> None:
        """Take the bar away, if there is one: rich ends the line even of a bar that was never drawn."""
        if self._progress.live.is_started:
            self._progress.stop()


class _Rows(ProgressColumn):
    def render(self, task: Task) -> Text:
        rows = task.fields["rows"]
        return Text(f"{rows:,} rows  {rows / task.elapsed:,.0f} rows/s" if task.elapsed else f"{rows:,} rows")
