"""Checks whether libpng decodes a PNG completely, as it does for TensorFlow (tensorflow/core/lib/png/png_io.cc).

Pillow is less strict than libpng: this module verifies every relevant chunk, and decompresses the pixels in pieces, so that its
memory does not depend on the image.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator

from detector_trainer.records.broken_image import BrokenImage

SIGNATURE = b"\x89PNG\r\n\x1a\n"
PIECE = 1 << 20
_SAMPLES = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}  # colour type: samples per pixel
_DEPTHS = {0: (1, 2, 4, 8, 16), 2: (8, 16), 3: (1, 2, 4, 8), 4: (8, 16), 6: (8, 16)}
_PALETTE = 3
# Of the seven passes of an interlaced image: first column and row, distance of columns and rows.
_PASSES = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))
_FILTERS = 5


def size_of(data: memoryview) -> tuple[int, int]:
    """Return width and height in pixels.

    Raises:
        BrokenImage: the header is cut off.
    """
    if len(data) < 24:
        raise BrokenImage("its header is cut off")
    width, height = struct.unpack_from(">II", data, 16)
    return width, height


def decode(data: memoryview) -> None:
    """Check every chunk and decompress all pixels.

    Raises:
        BrokenImage: the trainer's decoder rejects it too.
    """
    header, palette, pixels = b"", False, _Pixels()
    for name, body in _chunks(data):
        if not header:
            if name != b"IHDR" or len(body) != 13:
                raise BrokenImage("it does not begin with a header")
            header = bytes(body)
            pixels.expect(_rows(header))
        elif name == b"PLTE":
            if len(body) % 3 or not len(body) or len(body) > 768:
                raise BrokenImage("its palette is damaged")
            palette = True
        elif name == b"IDAT":
            if header[9] == _PALETTE and not palette:
                raise BrokenImage("its palette is missing")
            pixels.take(body)
        elif name == b"IEND":
            pixels.end()
            return
        elif not name[0] & 0x20:
            raise BrokenImage(f"it has an unknown chunk {name!r}")
    raise BrokenImage("it is cut off")


def _chunks(data: memoryview) -> Iterator[tuple[bytes, memoryview]]:
    """Yield name and content of the chunks; verify the checksums that libpng verifies."""
    position, size = 8, len(data)
    while position + 12 <= size:
        (length,) = struct.unpack_from(">I", data, position)
        name = bytes(data[position + 4 : position + 8])
        end = position + 8 + length
        if not name.isalpha():
            raise BrokenImage("a chunk has no name")
        if end + 4 > size:
            break
        if not name[0] & 0x20 and zlib.crc32(data[position + 4 : end]) != struct.unpack_from(">I", data, end)[0]:
            raise BrokenImage(f"the checksum of a chunk {name.decode()} does not match")
        yield name, data[position + 8 : end]
        position = end + 4


def _rows(header: bytes) -> list[tuple[int, int]]:
    """Yield number and size in bytes of the pixel rows, pass by pass, each row with its filter byte."""
    width, height, depth, colour, compression, method, interlace = struct.unpack(">IIBBBBB", header)
    if not width or not height or compression or method or interlace > 1 or depth not in _DEPTHS.get(colour, ()):
        raise BrokenImage("its header makes no sense")
    bits = depth * _SAMPLES[colour]
    passes = _PASSES if interlace else ((0, 0, 1, 1),)
    sizes = [(-(-(width - x) // dx), -(-(height - y) // dy)) for x, y, dx, dy in passes]
    return [(rows, 1 + (columns * bits + 7) // 8) for columns, rows in sizes if columns > 0 and rows > 0]


class _Pixels:
    """Decompresses the pixels and counts them, without keeping them."""

    def __init__(self) -> None:
        self._unpack = zlib.decompressobj()
        self._passes: list[tuple[int, int]] = []
        self._seen = self._wanted = 0

    def expect(self, passes: list[tuple[int, int]]) -> None:
        self._passes = passes
        self._wanted = sum(rows * size for rows, size in passes)

    def take(self, data: memoryview) -> None:
        if self._unpack.eof or self._seen >= self._wanted:
            return  # libpng only warns about surplus data
        try:
            self._count(self._unpack.decompress(data, PIECE))
            while self._unpack.unconsumed_tail and self._seen < self._wanted:
                self._count(self._unpack.decompress(self._unpack.unconsumed_tail, PIECE))
        except zlib.error as error:
            raise BrokenImage(f"its pixels cannot be decompressed ({str(error).rpartition(': ')[2]})") from None

    def _count(self, piece: bytes) -> None:
        """Count the bytes, and check the filter byte of every row that begins in them."""
        begin, end, offset = self._seen, self._seen + len(piece), 0
        for rows, size in self._passes:
            first = max(0, -(-(begin - offset) // size))
            last = min(rows, -(-(end - offset) // size))
            if first < last:
                filters = piece[offset + first * size - begin : offset + (last - 1) * size - begin + 1 : size]
                if max(filters) >= _FILTERS:
                    raise BrokenImage("its pixels are damaged")
            offset += rows * size
        self._seen = end

    def end(self) -> None:
        if self._seen < self._wanted:
            raise BrokenImage("pixels are missing")
