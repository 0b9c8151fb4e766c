"""API keys: made at random, kept as hashes, compared in constant time.

A key holds 256 random bits, so a plain SHA-256 is enough: there is nothing to guess that salt or stretching
would slow down.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import re
import secrets
from collections.abc import Mapping
from pathlib import Path

from stemme.errors import StemmeError, UsageError

_NAME = re.compile(r"[A-Za-z0-9._-]{1,64}")
_LINE = re.compile(rf"({_NAME.pattern})\s+sha256:([0-9a-f]{{64}})")


class Keys:
    """The keys that are known, by the names of who holds them.

    Args:
        digests: SHA-256 of every key.
    """

    def __init__(self, digests: Mapping[str, bytes]) -> None:
        self._digests = dict(digests)

    def name_of(self, key: str) -> str | None:
        """Return whose key it is, None if nobody's; the time it takes does not depend on how close a guess is."""
        given = _digest(key)
        found = None
        for name, digest in self._digests.items():
            if hmac.compare_digest(given, digest):
                found = name
        return found


def read(path: Path) -> Keys:
    """Read a file of keys.

    Raises:
        StemmeError: It cannot be read, a line is none, a name comes twice, or there is no key.
    """
    digests = _digests(path)
    if not digests:
        raise StemmeError(f"{path}: holds no API key; make one with stemme keys add {path} NAME")
    return Keys(digests)


def _digests(path: Path) -> dict[str, bytes]:
    """Return the hashes by name: a name and a hash a line, blank lines and those with # left out."""
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not UTF-8"
        raise StemmeError(f"{path}: the API keys cannot be read: {reason}") from error
    digests: dict[str, bytes] = {}
    for number, line in enumerate(lines, 1):
        if not line.strip() or line.startswith("#"):
            continue
        found = _LINE.fullmatch(line.strip())
        if found is None:
            # The line is not shown: it may hold a key that somebody wrote there as it is.
            raise StemmeError(f"{path}: line {number} is no API key; stemme keys add writes them")
        if found[1] in digests:
            raise StemmeError(f"{path}: line {number}: {found[1]} has a key already; take one of the lines out")
        digests[found[1]] = bytes.fromhex(found[2])
    return digests


def add(path: Path, name: str) -> str:
    """Add a new key to a file of keys, which only its owner may read, and return it: it is kept nowhere.

    The file is made where there is none; one without keys, or with nothing but comments, will do.

    Raises:
        UsageError: The name is none, or has a key already.
        StemmeError: The file cannot be read, or a line of it is no key.
    """
    if not _NAME.fullmatch(name):
        raise UsageError(f"{name!r}: a name is 1 to 64 letters, digits, dots, dashes or underscores without accents")
    if path.exists() and name in _digests(path):
        raise UsageError(f"{path}: {name} has a key already; take its line out to make it invalid")
    held = path.read_bytes() if path.exists() else b""
    before = "\n" if held and not held.endswith(b"\n") else ""  # an editor may have left the last line open
    key = f"stemme_{secrets.token_urlsafe(32)}"
    with open(os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600), "a", encoding="utf-8") as file:  # noqa: PTH123
        file.write(f"{before}{name} sha256:{_digest(key).hex()}\n")
    return key


def _digest(key: str) -> bytes:
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).digest()
