"""Datasets with a number of boxes for each class."""

from __future__ import annotations

from collections.abc import Mapping

from detector_trainer.contract import Finding
from support.breaking import BOX, evaluate, findings_of
from support.inputs import Case
from support.records import Features, features, write


def with_three_classes(case: Case) -> Case:
    """Give the case the classes cat, dog and cow, and no evaluation."""
    case.label_map.write_text("".join(f"item {{ id: {i} name: '{name}' }}\n" for i, name in enumerate(("cat", "dog", "cow"), 1)))
    case.config.model.ssd.num_classes = 3
    case.config.ClearField("eval_input_reader")
    return case


def of(counts: Mapping[str, int]) -> list[Features]:
    """Return records with this number of boxes for each class."""
    return [
        features(*[BOX] * min(50, count - begun), text=name) for name, count in counts.items() for begun in range(0, count, 50)
    ]


def class_findings(case: Case, code: str, counts: Mapping[str, int], evaluated: Mapping[str, int] | None = None) -> list[Finding]:
    """Return the findings of a code for a training and an evaluation with these boxes."""
    write(case.record, of(counts))
    if evaluated is not None:
        evaluate(case, write(case.folder / "eval.record", of(evaluated)))
    case.write()
    return findings_of(case.report(), code)
