"""Draws what the trained detector finds in the evaluation images, and counts it.

python examples/shapes/show.py [--model-dir DIR] [--out FILE]      (from the root of the repository)
"""

from __future__ import annotations

import argparse
import io
import sys
from pathlib import Path
from typing import Any

import numpy as np
from detector_trainer import compat
from PIL import Image, ImageDraw

HERE = Path(__file__).resolve().parent
NAMES = ("circle", "square", "triangle")
COLUMNS, SHOWN, SCALE = 6, 24, 2
MIN_SCORE, MIN_IOU = 0.5, 0.5

sys.path.insert(0, str(HERE.parent))
import tfrecord


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model-dir", type=Path, default=Path("runs/shapes"), help="directory with the checkpoints")
    parser.add_argument("--out", type=Path, help="the picture; default: detections.png in the model dir")
    arguments = parser.parse_args()
    detect = load_detector(arguments.model_dir)
    if detect is None:
        print(f"No checkpoint in {arguments.model_dir}; train first: detector-training run -f examples/shapes/training.yaml")
        return 1
    shapes = found = wrong = 0
    pictures = []
    for payload in tfrecord.read(HERE / "shapes_eval.record"):
        image, true_boxes, true_classes = parse(payload)
        boxes, classes, scores = detect(np.asarray(image))
        sure = scores >= MIN_SCORE
        boxes, classes, scores = boxes[sure], classes[sure], scores[sure]
        matches = matched(boxes, classes, true_boxes, true_classes)
        shapes, found, wrong = shapes + len(true_boxes), found + sum(matches), wrong + len(boxes) - sum(matches)
        pictures.append(draw(image, boxes, classes, scores))
    out = arguments.out or arguments.model_dir / "detections.png"
    sheet(pictures[:SHOWN]).save(out)
    print(f"Found {found} of {shapes} shapes in {len(pictures)} images it has never seen; {wrong} detections are wrong.")
    print(f"Picture: {out}")
    return 0


def load_detector(model_dir: Path) -> Any:
    """Return a function from an image, uint8 [height, width, 3], to boxes, classes and scores; None if there is no checkpoint."""
    compat.install()
    import tensorflow as tf
    from object_detection.builders import model_builder
    from object_detection.utils import config_util

    checkpoint = tf.train.latest_checkpoint(str(model_dir))
    if checkpoint is None:
        return None
    configs = config_util.get_configs_from_pipeline_file(str(HERE / "pipeline.config"))
    model = model_builder.build(configs["model"], is_training=False)

    @tf.function
    def detect(pixels: Any) -> Any:
        images, true_shapes = model.preprocess(tf.cast(pixels[None], tf.float32))
        return model.postprocess(model.predict(images, true_shapes), true_shapes)

    def run(pixels: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return boxes, float [n, 4] of ymin, xmin, ymax, xmax from 0 to 1; classes from 0; scores."""
        result = detect(tf.constant(pixels))
        return tuple(result[f"detection_{what}"][0].numpy() for what in ("boxes", "classes", "scores"))

    detect(tf.zeros([128, 128, 3], tf.uint8))  # a Keras model makes its variables when first called
    tf.train.Checkpoint(model=model).restore(checkpoint).expect_partial()
    return run


def parse(payload: bytes) -> tuple[Image.Image, np.ndarray, np.ndarray]:
    """Return the image, its boxes as run() gives them, and their classes from 0."""
    features = tfrecord.Example.FromString(payload).features.feature
    edges = [features[f"image/object/bbox/{edge}"].float_list.value for edge in ("ymin", "xmin", "ymax", "xmax")]
    image = Image.open(io.BytesIO(features["image/encoded"].bytes_list.value[0])).convert("RGB")
    return image, np.array(edges).T, np.array(features["image/object/class/label"].int64_list.value) - 1


def matched(boxes: np.ndarray, classes: np.ndarray, true_boxes: np.ndarray, true_classes: np.ndarray) -> list[bool]:
    """Return which detections hit a true shape of their class that no better one has hit. They come best first."""
    free, hits = set(range(len(true_boxes))), []
    for box, kind in zip(boxes, classes, strict=True):
        near = {i: iou(box, true_boxes[i]) for i in free if true_classes[i] == kind}
        best = max(near, key=near.__getitem__, default=None)
        hits.append(best is not None and near[best] >= MIN_IOU)
        if hits[-1]:
            free.remove(best)
    return hits


def iou(one: np.ndarray, other: np.ndarray) -> float:
    """Calculate the intersection over union of two boxes."""
    sides = np.minimum(one[2:], other[2:]) - np.maximum(one[:2], other[:2])
    common = sides.clip(0).prod()
    return float(common / ((one[2:] - one[:2]).prod() + (other[2:] - other[:2]).prod() - common))


def draw(image: Image.Image, boxes: np.ndarray, classes: np.ndarray, scores: np.ndarray) -> Image.Image:
    """Draw the image, larger, with its detections."""
    image = image.resize((image.width * SCALE, image.height * SCALE), Image.Resampling.BICUBIC)
    pen = ImageDraw.Draw(image)
    for (ymin, xmin, ymax, xmax), kind, score in zip(boxes, classes, scores, strict=True):
        corner = (xmin * image.width, ymin * image.height)
        pen.rectangle([*corner, xmax * image.width, ymax * image.height], outline="red", width=2)
        text = f"{NAMES[int(kind)]} {score:.2f}"
        pen.rectangle(pen.textbbox(corner, text), fill="red")
        pen.text(corner, text, fill="white")
    return image


def sheet(pictures: list[Image.Image]) -> Image.Image:
    """Combine all pictures into one."""
    width, height = pictures[0].size
    whole = Image.new("RGB", (COLUMNS * width, -(-len(pictures) // COLUMNS) * height))
    for number, picture in enumerate(pictures):
        whole.paste(picture, (number % COLUMNS * width, number // COLUMNS * height))
    return whole


if __name__ == "__main__":
    sys.exit(main())
