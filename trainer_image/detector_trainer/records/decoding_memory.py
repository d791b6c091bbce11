"""Limits of the memory for decoding one image, in the scan and for a picture of the HTML page."""

from __future__ import annotations

from typing import Final

MAX_BYTES: Final = 192 << 20
"""Bytes of DCT coefficients, or of pixels that Pillow holds. A progressive photo of 24 megapixels: 137 MiB, in CMYK 183 MiB."""
MAX_SCANNED_BYTES: Final = 100 * MAX_BYTES
"""Bytes of coefficients times scans: each scan of a progressive JPEG passes over all of them, which takes a few seconds."""
MAX_PIXELS: Final = MAX_BYTES // 8
"""Bytes of an image that Pillow decodes completely: four per pixel, and as many for a copy in another mode."""
