"""Training and evaluation data differ."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from detector_trainer.contract import Finding, Severity, Where
from detector_trainer.records.accumulator import Sums, histogram, total
from detector_trainer.records.chunk import Chunk
from detector_trainer.records.classes import ClassCounts
from detector_trainer.records.distributions import (
    BINS,
    LEVELS,
    OCTAVES,
    aspect_of,
    counts_of,
    largest_gap,
    median,
    size_of,
    stability_index,
)
from detector_trainer.records.reader_settings import ReaderSettings
from detector_trainer.records.totals import Totals
from detector_trainer.validation.dataset import Dataset
from detector_trainer.validation.rule import Cost, Rule

GAP = 0.2
"""The limit of the Kolmogorov-Smirnov statistic, as in Deepchecks' `image property drift`."""
INDEX = 0.2
"""The limit of the population stability index, the customary one and that of Deepchecks."""
SURE = 1.95
"""Times the root of 1/n + 1/m: the gap that chance exceeds once in 1,000 times. n and m are images, because the boxes of one image are
similar."""
Z = 3.09
"""The same of the normal distribution."""
RULE = Rule(
    code="records/train-eval-drift",
    severity=Severity.WARNING,
    cost=Cost.SCAN,
    catalogue=(38,),
    silent_impact="worse: the evaluation shows little about the model",
    verified_by=("tests/unit/validation/checks/records/test_train_eval_drift.py",),
    what=(
        "Brightness, the sizes or shapes of boxes, or the shares of classes differ between training and evaluation by more than "
        f"{GAP} (Kolmogorov-Smirnov statistic; population stability index), and by more than chance."
    ),
    why="The evaluation then measures something else than was trained, and its numbers may be too low or too high.",
    fix="Split one set of images at random (by scene, if scenes have several images), or use images of the production camera in both.",
)


class Distributions(Sums):
    """Counts over the images and boxes of a reader."""

    code = RULE.code
    brightness: NDArray[np.int64] = histogram(LEVELS)
    """Decoded images by mean grey level."""
    box_sizes: NDArray[np.int64] = histogram(BINS)
    """Boxes by the square root of their share of the image."""
    box_aspects: NDArray[np.int64] = histogram(BINS)
    """Boxes by width over height in pixels."""
    images_with_boxes: int = total()
    """Images whose boxes are counted."""

    def add(self, chunk: Chunk, settings: ReaderSettings) -> None:  # noqa: ARG002
        """Count the inspected images, and the boxes with an area in images of known size."""
        appearance = chunk.appearance
        self.brightness += np.bincount(appearance.mean[appearance.seen], minlength=LEVELS)
        boxes = chunk.boxes()
        ymin, xmin, ymax, xmax = boxes.sides.astype(np.float64)
        with np.errstate(invalid="ignore"):
            height, width = ymax - ymin, xmax - xmin
            pixels = chunk.image_sizes[boxes.record].T
            kept = (height > 0) & (width > 0) & (height <= 1) & (width <= 1) & (pixels[0] > 0)
        height, width, pixels = height[kept], width[kept], pixels[:, kept]
        self.images_with_boxes += len(np.unique(boxes.record[kept]))
        self.box_sizes += counts_of(np.log2(height * width) / 2 + OCTAVES)  # at most the whole image
        self.box_aspects += counts_of(np.log2(width * pixels[1] / (height * pixels[0])) + OCTAVES / 2)


ACCUMULATORS = (Distributions, ClassCounts)


def conclude(dataset: Dataset) -> Iterator[Finding]:
    """Yield one finding for each evaluation reader, with all differences."""
    for name, files, totals in dataset.evals:
        detail = [*_numbers(dataset.train[Distributions], totals[Distributions]), *_classes(dataset, totals)]
        if detail:
            yield RULE.finding(
                f"Evaluation differs from training: {'; '.join(detail)}.",
                where=Where(file=files[0], field=f"{name}.tf_record_input_reader.input_path"),
                count=len(detail),
            )


def _numbers(ours: Distributions, theirs: Distributions) -> Iterator[str]:
    boxed = (ours.images_with_boxes, theirs.images_with_boxes)
    yield from _apart(
        "brightness (mean grey level of an image)",
        ours.brightness,
        theirs.brightness,
        (int(ours.brightness.sum()), int(theirs.brightness.sum())),
        str,
    )
    yield from _apart(
        "size of boxes (root of their share of the image)",
        ours.box_sizes,
        theirs.box_sizes,
        boxed,
        lambda number: f"{size_of(number):.2g}",
    )
    yield from _apart(
        "width of boxes over height", ours.box_aspects, theirs.box_aspects, boxed, lambda number: f"{aspect_of(number):.2g}"
    )


def _apart(
    what: str, ours: NDArray[np.int64], theirs: NDArray[np.int64], images: tuple[int, int], detail: Callable[[int], str]
) -> Iterator[str]:
    if min(images) and (gap := largest_gap(ours, theirs)) > max(GAP, SURE * sqrt(1 / images[0] + 1 / images[1])):
        yield f"{what}: median {detail(median(ours))} in training, {detail(median(theirs))} in evaluation, {gap:.2f} apart"


def _classes(dataset: Dataset, totals: Totals) -> Iterator[str]:
    settings, ours, theirs = dataset.train_settings, dataset.train[ClassCounts].ids, totals[ClassCounts].ids
    images = (dataset.train[Distributions].images_with_boxes, totals[Distributions].images_with_boxes)
    if not dataset.classes_known or not ours or not theirs or not min(images):
        return
    ids = sorted(ours.keys() | theirs.keys())
    trained, evaluated = (np.array([counts[number] for number in ids]) for counts in (ours, theirs))
    index, chance = stability_index(trained, evaluated), _chance(len(ids) - 1) * (1 / images[0] + 1 / images[1])
    if index > max(INDEX, chance):
        shares = trained / trained.sum(), evaluated / evaluated.sum()
        most = np.argsort(-np.abs(shares[0] - shares[1]), kind="stable")[:3]
        examples = ", ".join(f"{_name(settings, ids[at])} {shares[0][at]:.0%} and {shares[1][at]:.0%}" for at in most)
        yield f"shares of classes: {examples} in training and in evaluation, {index:.2f} apart"


def _chance(degrees: int) -> float:
    """Return what a chi-squared value of that many degrees of freedom exceeds once in 1,000 times (Wilson and Hilferty)."""
    if not degrees:
        return 0.0
    spread = 2 / (9 * degrees)
    return float(degrees * (1 - spread + Z * sqrt(spread)) ** 3)


def _name(settings: ReaderSettings, number: int) -> str:
    return settings.id_names.get(number) or str(number)
