"""Bytes become text: the encodings of Chinese sites, told apart and decoded strictly."""

from __future__ import annotations

import codecs
import re
from typing import Final

from ie.errors import ReadError

_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
"""Byte order mark → the codec that reads the mark and drops it."""

_SIGNATURES: Final = (
    (b"%PDF", "a PDF file"),
    (b"PK\x03\x04", "a zip archive or an Office file (docx, xlsx)"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Office file (doc, xls, wps)"),
    (b"{\\rtf", "an RTF file"),
    (b"\x89PNG", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"II*\x00", "a TIFF image"),
    (b"MM\x00*", "a TIFF image"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"BZh", "a bzip2 archive"),
    (b"\xfd7zXZ", "an xz archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (b"Rar!", "a RAR archive"),
    (b"\x7fELF", "a program"),
)
"""First bytes → what the file looks like."""

_UTF16: Final = ("utf-16-le", "utf-16-be")
_BIG5: Final = ("big5", "big5hkscs")
"""Big5, and its extension with 裏, 恒 and the characters of Hong Kong."""

_EXPECTED: Final = "UTF-8, GB18030, Big5 or UTF-16"

_CONTROL: Final = re.compile(r"[\x00-\x08\x0e-\x1f\ufffe\uffff]")
"""What no text holds, but for one at the end of an old file or here and there."""

_MAX_CONTROLS: Final = 0.01
"""Share of such characters, 0 to 1, from which on a decoding counts as wrong."""

_NEUTRAL: Final = re.compile(r"[\x00-\x7f\u2000-\u206f\u2500-\u25ff\u3000-\u303f\uff00-\uffef]+")
"""What says nothing of the encoding: ASCII, and the punctuation and shapes around Chinese."""

_CLEAR: Final = 0.8
"""Share of common Chinese characters from which on a decoding is Chinese beyond doubt."""

_UNCLEAR: Final = 0.5
"""Share below which it is not, next to one that is."""

_LONG_ENOUGH: Final = 64
"""Bytes from which on GB18030 and Big5 are told apart: shorter, Big5 is unlikely and a guess."""

_PROBE: Final = 4096
"""Bytes within which UTF-16 shows a NUL: it has one in each line break, digit and space.
Also as many bytes as are looked at where two encodings are weighed."""

_MAX_MESS: Final = 0.5
"""Share of odd characters, 0 to 1, above which a decoding counts as wrong. The library's own
0.2 refuses real reports that are mostly tables of bare numbers."""


def decode(data: bytes, where: str) -> tuple[str, str]:
    """Find out the encoding and decode strictly.

    A byte order mark decides; then strict UTF-8, which no other Chinese text passes; then
    the one encoding that makes common Chinese characters of the bytes, if one alone does;
    then charset-normalizer, among the encodings that occur on Chinese sites.

    Args:
        data: the whole file.
        where: the file, for errors.

    Returns:
        The text, and the Python codec with ``data.decode(codec) == text``: utf-8,
        utf-8-sig, utf-16 (with a byte order mark), utf-16-le, utf-16-be, gb18030 (which
        holds GBK and GB2312), big5 or big5hkscs.

    Raises:
        ReadError: the bytes are no text, or text in no such encoding.
    """
    for signature, kind in _SIGNATURES:
        if data.startswith(signature):
            raise ReadError(where, f"looks like {kind}", "a text file")
    text, encoding = _decode(data, where)
    # Text holds no NUL; UTF-32 read as UTF-16 and many binary files do.
    if (nul := text.find("\x00")) >= 0:
        raise ReadError(where, f"looks binary: a NUL character at character {nul}", "a text file")
    if _has_controls(text):
        raise ReadError(where, "looks binary: many control characters", "a text file")
    return text, encoding


def _decode(data: bytes, where: str) -> tuple[str, str]:
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            try:
                return data.decode(encoding), encoding
            except UnicodeDecodeError as error:
                raise _undecodable(error, where) from error
    if 0 in data[:_PROBE]:
        return _decode_utf16(data, where)
    try:
        return data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError as error:
        if _is_mostly_utf8(data):
            raise _undecodable(error, where) from error
        return _decode_double_byte(data, where)


def _decode_utf16(data: bytes, where: str) -> tuple[str, str]:
    likelier = max(_UTF16, key=lambda e: _commonness(data, e))
    clear = _commonness(data, likelier) >= _CLEAR and _decodes(data, likelier)
    encoding = likelier if clear else _detect(data, _UTF16)
    if encoding is None:
        raise ReadError(where, f"looks binary: a NUL byte at byte {data.index(0)}", "a text file")
    return data.decode(encoding), encoding


def _is_mostly_utf8(data: bytes) -> bool:
    # A UTF-8 file with a few broken bytes can pass as GB18030, as nonsense. Text of the
    # double-byte encodings read as UTF-8 is hardly more than replacement characters.
    text = data.decode("utf-8", "replace")
    broken = text.count("\ufffd")
    return broken * 5 < sum(not c.isascii() for c in text)


def _decode_double_byte(data: bytes, where: str) -> tuple[str, str]:
    encoding = _clear_case(data)
    if encoding is None and len(data) < _LONG_ENOUGH:
        encoding = _detect(data, ("gb18030",))
    encoding = encoding or _detect(data, ("gb18030", *_BIG5))
    try:
        text = data.decode(encoding or "gb18030")
    except UnicodeDecodeError as error:
        raise _undecodable(error, where) from error
    if encoding is None:
        raise ReadError(where, "not decodable: no encoding makes Chinese of it", _EXPECTED)
    return text, encoding


def _clear_case(data: bytes) -> str | None:
    # Short UTF-16 without a NUL, and short Big5: both may pass as GB18030, as nonsense.
    if (simplified := _commonness(data, "gb18030")) >= _UNCLEAR:
        return "gb18030" if simplified >= _CLEAR and len(data) < _LONG_ENOUGH else None
    clear = [e for e in (*_BIG5, *_UTF16) if _commonness(data, e) >= _CLEAR]
    families = {e in _BIG5 for e in clear}
    return clear[0] if len(families) == 1 and _decodes(data, clear[0]) else None


def _commonness(data: bytes, encoding: str) -> float:
    """Share of the 3755 and 5401 most common simplified and traditional characters.

    It is 0 where the bytes are not of this encoding, or make nothing but neutral characters.
    """
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        text = decoder.decode(data[:_PROBE], final=len(data) <= _PROBE)
    except UnicodeDecodeError:
        return 0
    telling = _NEUTRAL.sub("", text)
    if not telling or _has_controls(text):
        return 0
    return sum(_is_common(c) for c in telling) / len(telling)


def _is_common(character: str) -> bool:
    first = character.encode("gb2312", "ignore")[:1], character.encode("big5", "ignore")[:1]
    return b"\xb0" <= first[0] <= b"\xd7" or b"\xa4" <= first[1] <= b"\xc6"


def _detect(data: bytes, encodings: tuple[str, ...]) -> str | None:
    # Imported here because most files are UTF-8 and never need it.
    from charset_normalizer import from_bytes

    fitting = [e for e in encodings if _decodes(data, e)]
    names = [e.replace("-", "_") for e in fitting]
    best = from_bytes(data, cp_isolation=names, threshold=_MAX_MESS).best() if names else None
    return None if best is None else fitting[names.index(best.encoding)]


def _decodes(data: bytes, encoding: str) -> bool:
    try:
        return not _has_controls(data.decode(encoding))
    except UnicodeDecodeError:
        return False


def _has_controls(text: str) -> bool:
    sample = text[: 2**16]
    return len(_CONTROL.findall(sample)) > 1 + _MAX_CONTROLS * len(sample)


def _undecodable(error: UnicodeDecodeError, where: str) -> ReadError:
    return ReadError(
        where,
        f"not decodable: 0x{error.object[error.start]:02x} at byte {error.start}"
        f" is not {error.encoding} ({error.reason})",
        _EXPECTED,
    )
