"""How much memory decoding one image may take, in the scan and for a picture of the HTML page."""

from __future__ import annotations

from typing import Final

MAX_BYTES: Final = 192 << 20
"""Of DCT coefficients, or of pixels that Pillow holds. A progressive photo of 24 megapixels takes 137 MiB, in CMYK 183 MiB."""
MAX_SCANNED_BYTES: Final = 100 * MAX_BYTES
"""Of coefficients times scans: each scan of a progressive JPEG passes over all of them, a few seconds for so many."""
MAX_PIXELS: Final = MAX_BYTES // 8
"""Of an image that Pillow decodes whole: four bytes a pixel, and as many for a copy in another mode."""
