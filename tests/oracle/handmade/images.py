"""The encoded images of the records: their format, their size and their colours."""

from __future__ import annotations

from oracle.handmade.row import case

IMAGES = (
    case("33", "a path", ["feature", 1, "image/encoded", "bytes", ["/data/cat.jpg"]]),
    *(case("33", f"a {kind}", ["image", 1, {"kind": kind}]) for kind in ("TIFF", "GIF", "WEBP")),
    case("33", "a WebP under a crop", ["image", 1, {"kind": "WEBP"}], base="crop"),
    case("33", "half a JPEG", ["image", 1, {"width": 200, "height": 150}], ["image-cut", 1, 900]),
    case("33", "format raw", ["feature", 1, "image/format", "bytes", ["raw"]]),
    case("N5", "no height, no width, no format", *(["feature", 1, f"image/{name}", None] for name in ("height", "width", "format"))),
    case("N5", "a PNG said to be a JPEG", ["image", 1, {"kind": "PNG"}]),  # vocabulary: quoted
    *(case("N5", f"a {mode} {kind}", ["image", 1, {"kind": kind, "mode": mode}]) for kind, mode in (("PNG", "RGBA"), ("JPEG", "CMYK"), ("JPEG", "L"), ("BMP", "RGB"))),
    case("-", "1 x 1", ["image", 1, {"width": 1, "height": 1}]),
    case("-", "bytes behind a JPEG", ["image-append", 1, "trailing"]),
)  # fmt: skip
