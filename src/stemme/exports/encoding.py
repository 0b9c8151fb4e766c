"""Finding the encoding of a text table.

The whole file is decoded once before anything is analysed: that takes seconds where the analysis takes
hours, and what the last line says about the encoding is then known at the start.
"""

from __future__ import annotations

import codecs
import unicodedata
from dataclasses import dataclass
from pathlib import Path

from stemme.errors import StemmeError
from stemme.exports.compression import open_bytes

SAMPLE_BYTES = 1 << 18
"""How much of a file in no Unicode encoding is looked at to guess which it is."""

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_BINARY = (b"%PDF-", b"PK\x03\x04", b"\x1f\x8b", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"\xd0\xcf\x11\xe0", b"PAR1")
"""What files begin with that are often renamed to a table's ending."""

_LEGACY = ["cp1252", "gb18030", "big5"]
"""What exports in our languages still come in; a short sample fits too many of all the others."""

_NO_TEXT = ("Cc", "Cn", "Co", "Cs")
"""Categories of characters that hardly stand in a text: controls, unassigned, private, surrogates."""

_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class _Broken:
    line: int
    around: bytes


@dataclass(frozen=True, slots=True)
class Encoding:
    """The codec of a file, and whether single bytes are broken: the rows that hold them cannot be read."""

    name: str
    broken: bool = False


def find_encoding(path: Path, wanted: str | None = None) -> Encoding:
    """Return the codec that decodes the whole file, or all of it but single broken bytes.

    Args:
        path: The file, which may be compressed.
        wanted: The codec that was asked for.

    Raises:
        StemmeError: The file is empty, is not text, or no encoding fits it.
    """
    with open_bytes(path) as file:
        head = file.read(SAMPLE_BYTES)
    if not head.strip():
        raise StemmeError(f"{path}: the file is empty")
    if wanted is not None:
        family = codecs.lookup(wanted).name.removesuffix("-le").removesuffix("-be")
        name = next((codec for mark, codec in _BOMS if head.startswith(mark) and codec.startswith(family)), wanted)
        broken = _first_broken(path, name)
        if broken and "a".encode(name) != b"a":  # a broken byte can only be set aside where bytes stand for themselves
            raise _not_allowed(path, broken, name)
        return Encoding(name, broken=broken is not None)
    encoding = next((name for mark, name in _BOMS if head.startswith(mark)), None) or _without_mark(head)
    if head.startswith(_BINARY) or (encoding == "utf-8" and head.count(0) > max(8, 0.01 * len(head))):
        raise StemmeError(f"{path}: not a table: the file is binary, whatever its ending says")
    broken = _first_broken(path, encoding)
    if broken is None:
        return Encoding(encoding)
    if encoding.startswith("utf-8"):
        if encoding == "utf-8-sig" or _mostly_utf8(broken.around):
            return Encoding(encoding, broken=True)
        guessed = _legacy(head + broken.around)
        if guessed and _first_broken(path, guessed) is None:
            return Encoding(guessed)
    raise _not_allowed(path, broken, encoding)


def _not_allowed(path: Path, broken: _Broken, encoding: str) -> StemmeError:
    return StemmeError(
        f"{path}: line {broken.line}: a byte that {encoding} does not allow; save the file as UTF-8, or name "
        "its encoding with --encoding"
    )


def _without_mark(head: bytes) -> str:
    if head.count(0):  # text in UTF-8 holds none, UTF-16 has one in every comma and line end
        for encoding in ("utf-16-le", "utf-16-be"):
            if _is_text(head, encoding):
                return encoding
    return "utf-8"


def _is_text(head: bytes, encoding: str) -> bool:
    """Return whether bytes are lines of text in an encoding; read the wrong way round, there are no line ends."""
    try:
        text = codecs.getincrementaldecoder(encoding)("strict").decode(head)
    except UnicodeDecodeError:
        return False
    strange = sum(unicodedata.category(character) in _NO_TEXT and not character.isspace() for character in text)
    return "\n" in text.replace("\r", "\n") and strange <= 0.001 * len(text)


def _first_broken(path: Path, encoding: str) -> _Broken | None:
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    line = 1
    with open_bytes(path) as file:
        while True:
            chunk = file.read(_CHUNK)
            try:
                line += decoder.decode(chunk, final=not chunk).count("\n")
            except UnicodeDecodeError as error:
                before = error.object[: error.start].decode(encoding, "ignore").count("\n")
                first = max(0, error.start - SAMPLE_BYTES // 2)
                return _Broken(line + before, error.object[first : error.start + SAMPLE_BYTES // 2])
            if not chunk:
                return None


def _mostly_utf8(sample: bytes) -> bool:
    """Return whether the sample is UTF-8 with a few broken bytes rather than something else altogether."""
    text = sample.decode("utf-8", "replace")
    broken = text.count("\ufffd")
    return sum(not character.isascii() for character in text) - broken > 5 * broken


def _legacy(sample: bytes) -> str | None:
    from charset_normalizer import from_bytes

    # Only the lines that are not ASCII say anything.
    telling = b"\n".join(line for line in sample.splitlines() if not line.isascii())
    best = from_bytes(telling[:SAMPLE_BYTES], cp_isolation=_LEGACY).best()
    return best.encoding if best else None
