"""No training record has a box."""

from __future__ import annotations

import re
from collections.abc import Iterator

from detector_trainer.contract import Finding, Severity, Where
from detector_trainer.records.accumulator import Sums, ever, part
from detector_trainer.records.chunk import Chunk
from detector_trainer.records.reader_settings import ReaderSettings
from detector_trainer.records.schema import SIDES
from detector_trainer.validation.dataset import Dataset
from detector_trainer.validation.rule import Cost, Rule

RULE = Rule(
    code="records/no-boxes-at-all",
    severity=Severity.ERROR,
    cost=Cost.SCAN,
    catalogue=(26, 29),
    silent_impact="useless: the model learns only background (loss 0.014)",
    verified_by=("tests/trainer/test_config_agrees.py",),
    what="No training record has a box that the trainer reads.",
    why="The trainer reports nothing: it trains only background (loss 0.014).",
    fix="Write the boxes into image/object/bbox/{xmin,xmax,ymin,ymax}, as floats.",
)


MAX_NAMES = 500


def _first(ours: list[str], theirs: list[str]) -> list[str]:
    return list(dict.fromkeys([*ours, *theirs]))[:MAX_NAMES]


class BoxFeatures(Sums):
    """Features of the records that may contain boxes."""

    code = RULE.code
    sides: bool = ever()
    """Whether a record has a value in a feature of box sides."""
    others: list[str] = part(list, _first)
    """The first names of features that the trainer does not read, without duplicates."""

    def add(self, chunk: Chunk, settings: ReaderSettings) -> None:  # noqa: ARG002
        """Record the features of the next records."""
        self.sides |= any(bool(chunk.lengths(side).any()) for side in SIDES)
        self.others = _first(self.others, sorted(name.decode("utf-8", "replace") for name in set(chunk.other_names)))


ACCUMULATORS = (BoxFeatures,)


def conclude(dataset: Dataset) -> Iterator[Finding]:
    """Yield one finding, with the names of similar features. A record without boxes is valid; a dataset without boxes is not."""
    train, seen = dataset.train, dataset.train[BoxFeatures]
    if not train.records or seen.sides or dataset.train_settings.sequence_examples:
        return
    names = sorted(seen.others)
    alike = [name for name in names if re.search(r"(bbox|box|[xy]_?(min|max))", name, re.IGNORECASE) and name not in SIDES]
    shown = ", ".join(alike or names)[:300]
    detail = f"the records have {shown}" if alike else f"the features are {shown}"
    hint = f"Rename them to {', '.join(SIDES)}." if alike else None
    yield RULE.finding(
        f"{train.records} records, but no box; {detail}.", hint, where=Where(file=dataset.train_files[0], field=SIDES[1])
    )
