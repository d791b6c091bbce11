"""The fine-tune checkpoint, or the checkpoint to resume, has variables whose shapes differ from those of the model."""

from __future__ import annotations

from collections.abc import Iterator

from detector_trainer.checkpoints.compatibility import other_model
from detector_trainer.contract import Finding, Severity, Where
from detector_trainer.validation.inputs import Inputs
from detector_trainer.validation.rule import Cost, Rule

RULE = Rule(
    code="checkpoint/shape-mismatch",
    severity=Severity.ERROR,
    cost=Cost.META,
    catalogue=(45, 46, 51),
    verified_by=("tests/trainer/test_checkpoints_agree.py",),
    what="A variable has a different shape in the checkpoint than in the model.",
    why='The trainer fails with "Cannot assign value to variable ...: Shape mismatch" when it restores, after building the model.',
    fix="The checkpoint belongs to another model: use the checkpoint of this config, or the config of this checkpoint.",
)


FIELD = "train_config.fine_tune_checkpoint"


def check(inputs: Inputs) -> Iterator[Finding]:
    """Yield one finding for each of the two checkpoints. If the variables of the model are unknown, only --deep checks them."""
    yield from _resumed(inputs)
    tuned, checkpoint = inputs.fine_tune_fit, inputs.fine_tune_checkpoint
    if checkpoint is not None and tuned is not None and tuned.match is not None and tuned.match.other_shape:
        problem = other_model(inputs.config, checkpoint, inputs.fine_tune_type)
        message = " ".join(filter(None, (problem, str(tuned.match))))
        yield RULE.finding(message, tuned.match.hint(), where=Where(file=checkpoint.prefix, field=FIELD))


def _resumed(inputs: Inputs) -> Iterator[Finding]:
    fit, checkpoint = inputs.resumed_fit, inputs.resumed
    if checkpoint is not None and fit is not None and fit.match is not None and fit.match.other_shape:
        where = Where(file=checkpoint.prefix, field="model_dir")
        yield RULE.finding(str(fit.match), fit.match.hint(resumes=True), where=where)
