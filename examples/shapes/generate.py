"""Generates the shapes data set: circles, squares and triangles on textured backgrounds. The same seed gives the same images.

python examples/shapes/generate.py [--out DIR] [--train N] [--eval N] [--seed N]

Writes shapes_train.record, shapes_eval.record and label_map.pbtxt; DIR is this script's directory if not given.
"""

from __future__ import annotations

import argparse
import io
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
import tfrecord

NAMES = ("circle", "square", "triangle")  # ids 1, 2, 3
SIDE = 128  # pixels
SUPERSAMPLING = 4  # drawn so many times larger, so that edges are smooth
CORNERS = {"circle": 64, "square": 4, "triangle": 3}


@dataclass(frozen=True)
class Shape:
    """A shape in an image, in pixels."""

    name: str
    corners: np.ndarray
    """float [corners, 2], x and y."""
    colour: tuple[int, int, int]

    @property
    def box(self) -> np.ndarray:
        """float [4]: xmin, ymin, xmax, ymax."""
        return np.concatenate([self.corners.min(axis=0), self.corners.max(axis=0)])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=Path(__file__).resolve().parent, help="directory to write to")
    parser.add_argument("--train", type=int, default=240, help="images to train on")
    parser.add_argument("--eval", type=int, default=60, help="images to evaluate on")
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    items = (f"item {{\n  id: {number}\n  name: '{name}'\n}}\n" for number, name in enumerate(NAMES, start=1))
    (arguments.out / "label_map.pbtxt").write_text("\n".join(items))
    # A generator of its own for each split: more training images do not change the evaluation images.
    for split, count in (("train", arguments.train), ("eval", arguments.eval)):
        rng = np.random.default_rng([arguments.seed, split == "eval"])
        records = [record(rng, f"{split}_{number:04}.jpg") for number in range(count)]
        tfrecord.write(arguments.out / f"shapes_{split}.record", records)
        print(f"shapes_{split}.record: {count} images, {sum(map(len, records)) / 1e6:.1f} MB")


def record(rng: np.random.Generator, name: str) -> bytes:
    """Return a serialized tf.train.Example: one image with one to four shapes."""
    background = texture(rng)
    shapes = scatter(rng, background)
    file = io.BytesIO()
    paint(background, shapes).save(file, "JPEG", quality=80)
    xmin, ymin, xmax, ymax = (np.array([shape.box for shape in shapes]) / SIDE).astype(np.float32).T.tolist()
    return tfrecord.example(
        {
            "image/encoded": file.getvalue(),
            "image/format": b"jpeg",
            "image/filename": name.encode(),
            "image/source_id": name.encode(),
            "image/height": [SIDE],
            "image/width": [SIDE],
            "image/object/bbox/xmin": xmin,
            "image/object/bbox/ymin": ymin,
            "image/object/bbox/xmax": xmax,
            "image/object/bbox/ymax": ymax,
            "image/object/class/text": [shape.name.encode() for shape in shapes],
            "image/object/class/label": [NAMES.index(shape.name) + 1 for shape in shapes],
        }
    )


def texture(rng: np.random.Generator) -> np.ndarray:
    """Draw uint8 [SIDE, SIDE, 3]: soft blotches around one colour, stripes, and some grain."""
    blotches = rng.normal(0, 18, size=(8, 8, 3))
    channels = [
        Image.fromarray(blotches[..., c].astype(np.float32)).resize((SIDE, SIDE), Image.Resampling.BICUBIC) for c in range(3)
    ]
    y, x = np.mgrid[0:SIDE, 0:SIDE]
    angle, frequency = rng.uniform(0, np.pi), rng.uniform(0.1, 0.5)
    stripes = rng.uniform(0, 14) * np.sin(frequency * (x * np.cos(angle) + y * np.sin(angle)))
    grain = rng.normal(0, 4, size=(SIDE, SIDE, 1))
    pixels = rng.uniform(50, 205, size=3) + np.stack([np.asarray(c) for c in channels], axis=-1) + stripes[..., None] + grain
    return pixels.clip(0, 255).astype(np.uint8)


def scatter(rng: np.random.Generator, background: np.ndarray) -> list[Shape]:
    """Choose one to four shapes that do not touch, in colours that stand out."""
    shapes: list[Shape] = []
    mean = background.mean(axis=(0, 1))
    wanted = rng.integers(1, 5)
    for _ in range(200):
        if len(shapes) == wanted:
            break
        name = NAMES[rng.integers(len(NAMES))]
        radius = rng.uniform(0.11, 0.28) * SIDE
        centre = rng.uniform(radius + 1, SIDE - radius - 1, size=2)
        angles = np.arange(CORNERS[name]) * 2 * np.pi / CORNERS[name] + rng.uniform(0, 2 * np.pi)
        corners = centre + radius * np.stack([np.cos(angles), np.sin(angles)], axis=1)
        colour = rng.integers(0, 256, size=3)
        while np.abs(colour - mean).sum() < 180:
            colour = rng.integers(0, 256, size=3)
        shape = Shape(name, corners, tuple(colour.tolist()))
        if all(_apart(shape.box, other.box) for other in shapes):
            shapes.append(shape)
    return shapes


def paint(background: np.ndarray, shapes: list[Shape]) -> Image.Image:
    """Draw the image with its shapes."""
    size = (SIDE * SUPERSAMPLING, SIDE * SUPERSAMPLING)
    image = Image.fromarray(background).resize(size, Image.Resampling.BILINEAR)
    draw = ImageDraw.Draw(image)
    for shape in shapes:
        draw.polygon([tuple(corner) for corner in (shape.corners * SUPERSAMPLING).tolist()], fill=shape.colour)
    return image.resize((SIDE, SIDE), Image.Resampling.BOX)


def _apart(one: np.ndarray, other: np.ndarray, gap: float = 3) -> bool:
    return bool((one[:2] > other[2:] + gap).any() or (other[:2] > one[2:] + gap).any())


if __name__ == "__main__":
    main()
