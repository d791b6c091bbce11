"""sample_from_datasets_weights has another length than input_path, or weights that nothing can be drawn with."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from detector_trainer.contract import Finding, Severity
from detector_trainer.validation.inputs import Inputs
from detector_trainer.validation.rule import Cost, Rule

RULE = Rule(
    code="config/invalid-sampling-weights",
    severity=Severity.ERROR,
    cost=Cost.META,
    catalogue=(39,),
    verified_by=("tests/trainer/test_config_agrees.py", "tests/oracle/test_recorded.py"),
    what="sample_from_datasets_weights does not have one weight for each input_path, or weights that nothing can be drawn with.",
    why="The trainer ends with a TypeError about lists and strings, a ZeroDivisionError or the like, or waits for ever for the first record.",
    fix="Give as many weights as paths.",
)
FIELD = "train_input_reader.sample_from_datasets_weights"


def check(inputs: Inputs) -> Iterator[Finding]:
    """One finding."""
    weights, paths = inputs.train.message.sample_from_datasets_weights, inputs.train.patterns
    if weights and len(weights) != len(paths):
        yield RULE.finding(f"{len(weights)} weights for {len(paths)} input paths.", where=inputs.at(FIELD))
    elif weights and not _can_be_drawn(weights, inputs.train.message.num_readers):
        shown = ", ".join(f"{weight:g}" for weight in weights)
        yield RULE.finding(f"Nothing can be drawn with the weights {shown}.", "Give weights above 0.", where=inputs.at(FIELD))


def _can_be_drawn(weights: Sequence[float], readers: int) -> bool:
    """Whether files can be read in the shares of the weights; what gets no reader is left out (dataset_builder.read_dataset)."""
    total = sum(weights)
    if total == 0 or not math.isfinite(total):
        return False
    shares = [math.ceil(readers * weight / total) for weight in weights]
    return all(share >= 0 for share in shares) and all(
        weight >= 0 for weight, share in zip(weights, shares, strict=True) if share
    )
