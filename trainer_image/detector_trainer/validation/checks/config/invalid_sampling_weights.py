"""sample_from_datasets_weights has another length than input_path, or weights that cannot be sampled from."""

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
    what="sample_from_datasets_weights does not have one weight for each input_path, or has weights that cannot be sampled from.",
    why="The trainer fails with a TypeError about lists and strings, a ZeroDivisionError or similar, or waits indefinitely for the first record.",
    fix="Set one weight for each path.",
)
FIELD = "train_input_reader.sample_from_datasets_weights"


def check(inputs: Inputs) -> Iterator[Finding]:
    """Yield one finding."""
    weights, paths = inputs.train.message.sample_from_datasets_weights, inputs.train.patterns
    if weights and len(weights) != len(paths):
        yield RULE.finding(f"{len(weights)} weights for {len(paths)} input paths.", where=inputs.at(FIELD))
    elif weights and not _can_be_drawn(weights, inputs.train.message.num_readers):
        shown = ", ".join(f"{weight:g}" for weight in weights)
        yield RULE.finding(f"Files cannot be sampled with the weights {shown}.", "Set weights above 0.", where=inputs.at(FIELD))


def _can_be_drawn(weights: Sequence[float], readers: int) -> bool:
    """Tell whether files can be sampled by the weights; a path without a reader is skipped (dataset_builder.read_dataset)."""
    total = sum(weights)
    if total == 0 or not math.isfinite(total):
        return False
    shares = [math.ceil(readers * weight / total) for weight in weights]
    return all(share >= 0 for share in shares) and all(
        weight >= 0 for weight, share in zip(weights, shares, strict=True) if share
    )
