"""The batch size is 0, or not a multiple of the number of GPUs."""

from __future__ import annotations

from collections.abc import Iterator

from detector_trainer.contract import Finding, Severity
from detector_trainer.validation.inputs import Inputs
from detector_trainer.validation.rule import Cost, Rule

RULE = Rule(
    code="config/invalid-batch-size",
    severity=Severity.ERROR,
    cost=Cost.META,
    catalogue=(55,),
    verified_by=("tests/trainer/test_config_agrees.py", "tests/trainer/test_text_files_agree.py"),
    what="train_config.batch_size is 0, or not a multiple of the number of GPUs.",
    why=(
        "The trainer splits every batch evenly across its GPUs and rejects other sizes; with a batch size of 0 the model fails."
    ),
    fix="Set the batch size to a multiple of the number of GPUs.",
)


FIELD = "train_config.batch_size"


def check(inputs: Inputs) -> Iterator[Finding]:
    """Yield one finding."""
    size = inputs.config.train_config.batch_size
    where = inputs.at(FIELD)
    gpus = inputs.gpus or 0
    if size == 0:
        yield RULE.finding(f"{FIELD} is 0.", "Set it to at least 1 for each GPU.", where=where)
    elif gpus > 1 and size % gpus:
        near = max(gpus, size - size % gpus)
        yield RULE.finding(
            f"{FIELD} is {size}, which cannot be split evenly across {gpus} GPUs.",
            f"Set it to {near} or {near + gpus}.",
            where=where,
        )
