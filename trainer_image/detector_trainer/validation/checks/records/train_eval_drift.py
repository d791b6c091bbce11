"""Training and evaluation that are not of the same kind."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from detector_trainer.contract import Finding, Severity, Where
from detector_trainer.validation.rule import Cost, Rule
from detector_trainer.validation.scan.classes import known
from detector_trainer.validation.scan.distributions import aspect_of, largest_gap, median, size_of, stability_index
from detector_trainer.validation.scan.job import Job
from detector_trainer.validation.scan.totals import Dataset, Totals

GAP = 0.2
"""Of the Kolmogorov-Smirnov statistic: the limit of Deepchecks' `image property drift`."""
INDEX = 0.2
"""Of the population stability index: the customary limit, and Deepchecks'."""
SURE = 1.95
"""Times the root of 1/n + 1/m: the gap that chance exceeds once in 1,000 times. Images count, not boxes: those of one are alike."""
Z = 3.09
"""The same of the normal distribution."""
RULE = Rule(
    code="records/train-eval-drift",
    severity=Severity.WARNING,
    cost=Cost.SCAN,
    catalogue=(38,),
    silent="worse: the evaluation says little about the model",
    held_by=("tests/unit/records/test_train_eval_drift.py",),
    what=(
        "Brightness, the sizes or shapes of boxes, or the shares of classes differ between training and evaluation by more than "
        f"{GAP} (Kolmogorov-Smirnov statistic; population stability index), and by more than chance."
    ),
    why="The evaluation then asks for something else than was trained: it says little about the model, in either direction.",
    fix="Split one set of images at random (by scene, if there are several of each), or say in both what the camera sees in use.",
)


def conclude(dataset: Dataset) -> Iterator[Finding]:
    """One finding for each evaluation reader, with all that differs."""
    for name, files, totals in dataset.evals:
        said = [*_numbers(dataset.train, totals), *_classes(dataset, totals)]
        if said:
            yield RULE.finding(
                f"Evaluation differs from training: {'; '.join(said)}.",
                where=Where(file=files[0], field=f"{name}.tf_record_input_reader.input_path"),
                count=len(said),
            )


def _numbers(train: Totals, evaluated: Totals) -> Iterator[str]:
    ours, theirs = train.distributions, evaluated.distributions
    boxed = (ours.images_with_boxes, theirs.images_with_boxes)
    yield from _apart(
        "brightness (mean grey level of an image)",
        ours.brightness,
        theirs.brightness,
        (train.looked_at, evaluated.looked_at),
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
    what: str, ours: NDArray[np.int64], theirs: NDArray[np.int64], images: tuple[int, int], said: Callable[[int], str]
) -> Iterator[str]:
    if min(images) and (gap := largest_gap(ours, theirs)) > max(GAP, SURE * sqrt(1 / images[0] + 1 / images[1])):
        yield f"{what}: median {said(median(ours))} in training, {said(median(theirs))} in evaluation, {gap:.2f} apart"


def _classes(dataset: Dataset, totals: Totals) -> Iterator[str]:
    job, ours, theirs = dataset.train_job, dataset.train.class_ids, totals.class_ids
    images = (dataset.train.distributions.images_with_boxes, totals.distributions.images_with_boxes)
    if not known(dataset) or not ours or not theirs or not min(images):
        return
    ids = sorted(ours.keys() | theirs.keys())
    trained, evaluated = (np.array([counts[number] for number in ids]) for counts in (ours, theirs))
    index, chance = stability_index(trained, evaluated), _chance(len(ids) - 1) * (1 / images[0] + 1 / images[1])
    if index > max(INDEX, chance):
        shares = trained / trained.sum(), evaluated / evaluated.sum()
        most = np.argsort(-np.abs(shares[0] - shares[1]), kind="stable")[:3]
        examples = ", ".join(f"{_name(job, ids[at])} {shares[0][at]:.0%} and {shares[1][at]:.0%}" for at in most)
        yield f"shares of classes: {examples} in training and in evaluation, {index:.2f} apart"


def _chance(degrees: int) -> float:
    """What a chi-squared value of that many degrees of freedom exceeds once in 1,000 times (Wilson and Hilferty)."""
    if not degrees:
        return 0.0
    spread = 2 / (9 * degrees)
    return float(degrees * (1 - spread + Z * sqrt(spread)) ** 3)


def _name(job: Job, number: int) -> str:
    return job.id_names.get(number) or str(number)
