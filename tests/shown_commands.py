"""Command lines that a text shows, held against the commands that there are."""

from __future__ import annotations

import re
import shlex

from typer.main import get_command

from stemme.cli import app


def shown_commands(text: str) -> list[str]:
    """Return the lines of a text that call stemme, from its name on, also behind a pipe."""
    return re.findall(r"^(?:[^`\n#]*\| )?(stemme .*?)(?:\s+#.*)?$", text, re.MULTILINE)


def unknown_words(line: str) -> list[str]:
    """Return the commands and options of a line that do not exist."""
    words = shlex.split(line)[1:]
    command = get_command(app)
    while hasattr(command, "commands") and words and words[0] in command.commands:
        command = command.commands[words.pop(0)]
    if hasattr(command, "commands") and words != ["--version"]:
        return words or [line]
    declared = {"--help"} | {name for p in command.params for name in (*p.opts, *p.secondary_opts)}
    return [w for w in words if w.startswith("-") and w != "-" and w.split("=")[0] not in declared]
