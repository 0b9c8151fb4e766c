"""Secrets that help desks sign with: read from a file, compared in constant time, never shown."""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from pathlib import Path

from stemme.errors import StemmeError


class Secrets:
    """What a delivery may be signed with: several, where a help desk has several webhooks or a secret is replaced.

    Args:
        secrets: At least one.
    """

    def __init__(self, secrets: Sequence[str]) -> None:
        self._secrets = [secret.encode() for secret in secrets]

    def have_signed(self, message: bytes, algorithm: str, signature: bytes) -> bool:
        """Return whether the signature is one of ours; the time it takes does not depend on how close it is."""
        found = False
        for secret in self._secrets:
            found |= hmac.compare_digest(hmac.digest(secret, message, algorithm), signature)
        return found


def read(path: Path, option: str) -> Secrets:
    """Read a file of secrets: one a line, blank lines and those with # left out.

    Args:
        path: The file. It is not shown: somebody may have given the secret itself.
        option: What the file was given as.

    Raises:
        StemmeError: It cannot be read, or holds none.
    """
    try:
        lines = [line.strip() for line in path.read_text("utf-8").splitlines()]
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not UTF-8"
        raise StemmeError(f"{option}: the file cannot be read: {reason}; give a file with one secret a line") from None
    secrets = [line for line in lines if line and not line.startswith("#")]
    if not secrets:
        raise StemmeError(f"{option}: the file holds no secret; write one a line, as the help desk shows it")
    return Secrets(secrets)
