"""A file of a bundle that is packed: the same bytes give the same file, and unpacking is bounded."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator

from incidentlab.tables import BadInput

PACKED = ".gz"
MOST = 1 << 30
"""Bytes to which a packed file may unpack; the files of four images of 190 MB each take 4 MB."""
_GZIP = 16 + zlib.MAX_WBITS


def packed(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Yield chunks as a gzip stream without a name or a time in it.

    Examples
    --------
    >>> unpacked(b"".join(packed([b"one", b"two"])), "x.gz")
    b'onetwo'
    """
    press = zlib.compressobj(wbits=_GZIP)
    for chunk in chunks:
        yield press.compress(chunk)
    yield press.flush()


def unpacked(data: bytes, name: str, *, most: int = MOST) -> bytes:
    """Return what a gzip stream holds.

    Raises
    ------
    BadInput
        It is none, is cut off, or holds more than `most` bytes.
    """
    unpress = zlib.decompressobj(wbits=_GZIP)
    try:
        whole = unpress.decompress(data, most)
    except zlib.error as error:
        raise BadInput(f"{name} cannot be unpacked ({error}); take the bundle anew from its source") from error
    if unpress.unconsumed_tail or not unpress.eof:
        why = f"holds more than {most} bytes" if unpress.unconsumed_tail else "is cut off"
        raise BadInput(f"{name} {why}; take the bundle anew from its source")
    return whole
