"""Which classes have boxes: what the checks of classes share."""

from __future__ import annotations

from collections.abc import Sequence

from detector_trainer.validation.scan.job import Job
from detector_trainer.validation.scan.totals import Dataset

FEW_BOXES = 200
"""With fewer boxes in all, the numbers of single classes say little: it is a trial, or an example."""
SHOWN = 10


def known(dataset: Dataset) -> bool:
    """Whether the classes of all training boxes are known by id: the records and the label map (if any) could be read."""
    job = dataset.train_job
    return dataset.all_read and not job.sequence_examples and (bool(job.text_to_id) or not job.has_label_map)


def shown(job: Job, ids: Sequence[int], counts: dict[int, int] | None = None) -> str:
    """Names of the first few classes, with their numbers of boxes if those are given."""
    names = [job.id_names.get(number) or str(number) for number in ids]
    numbers = [f" ({counts[number]})" for number in ids] if counts is not None else [""] * len(names)
    text = ", ".join(name + count for name, count in zip(names[:SHOWN], numbers, strict=False))
    return f"{text} and {len(names) - SHOWN} more" if len(names) > SHOWN else text
