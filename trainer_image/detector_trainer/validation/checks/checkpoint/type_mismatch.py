"""fine_tune_checkpoint_type does not match the contents of the checkpoint."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from detector_trainer.checkpoints.checkpoint import Checkpoint
from detector_trainer.checkpoints.compatibility import (
    ARCHITECTURES,
    EXTRACTORS,
    ROOTS,
    SAVE_COUNTER,
    other_model,
    restored_tensors,
)
from detector_trainer.contract import Finding, Severity, Where
from detector_trainer.pipeline.unreadable import Unreadable
from detector_trainer.validation.inputs import Inputs
from detector_trainer.validation.rule import Cost, Rule

RULE = Rule(
    code="checkpoint/type-mismatch",
    severity=Severity.ERROR,
    cost=Cost.META,
    catalogue=(44, 46, 47),
    verified_by=("tests/trainer/test_checkpoints_agree.py",),
    what=('The checkpoint does not contain what fine_tune_checkpoint_type restores. The default is "classification".'),
    why=(
        'The trainer fails with "AssertionError: Found 260 Python objects that were not bound to checkpointed values", '
        'after building the model. 32 of the 40 official configs ship "classification".'
    ),
    fix='For a detection checkpoint of the zoo set fine_tune_checkpoint_type: "detection".',
    example='fine_tune_checkpoint_type: "classification"   ->   fine_tune_checkpoint_type: "detection"',
)


FIELD = "train_config.fine_tune_checkpoint_type"


def check(inputs: Inputs) -> Iterator[Finding]:
    """Yield one finding. restore_from_objects of each meta-architecture defines what a type restores."""
    train = inputs.config.train_config
    checkpoint = inputs.fine_tune_checkpoint
    if checkpoint is None or not checkpoint.is_object_based:
        return
    kind = inputs.fine_tune_type
    detail = repr(kind) if train.fine_tune_checkpoint_type else f"not set, which means {kind!r}"
    where = inputs.at(FIELD)
    # Without it, the model has no variables when the trainer restores, so none is missing.
    noticed = train.run_fine_tune_checkpoint_dummy_computation
    severity, unnoticed = (Severity.ERROR, "") if noticed else (Severity.WARNING, f" {UNNOTICED}")
    try:
        roots = checkpoint.roots
    except Unreadable:
        return  # checkpoint/corrupt reports it
    if kind not in ROOTS:
        yield RULE.finding(
            f"{FIELD} is {detail}, which the trainer does not know.", f"Use one of {', '.join(ROOTS)}.", where=where
        )
    elif ROOTS[kind] not in roots:
        holds = ", ".join(sorted(roots)) or "nothing"
        fitting = [name for name in ("detection", "classification") if ROOTS[name] in roots]
        yield RULE.finding(
            f"{FIELD} is {detail}: that restores `{ROOTS[kind]}`, but {checkpoint.prefix} contains {holds}.{unnoticed}",
            f'Set fine_tune_checkpoint_type: "{fitting[0]}".' if fitting else _other(checkpoint),
            where=where,
            severity=severity,
        )
    elif SAVE_COUNTER not in roots:
        yield RULE.finding(
            f"{checkpoint.prefix} has no `{SAVE_COUNTER}`: it was written with tf.train.Checkpoint.write, and cannot be restored "
            "by the trainer.",
            "Save it with tf.train.Checkpoint.save, or use the checkpoint from which it was written.",
            where=where,
        )
    elif (problem := _of_the_model(inputs, checkpoint, kind)) is not None:
        message, hint, of_the_file = problem
        where = Where(file=checkpoint.prefix, field="train_config.fine_tune_checkpoint") if of_the_file else where
        yield RULE.finding(f"{message}{unnoticed}", hint, where=where, severity=severity)
    elif not noticed and _made_later(inputs, kind):
        message = (
            "run_fine_tune_checkpoint_dummy_computation is false: the model has no feature extractor yet when it is restored."
        )
        yield RULE.finding(message, "Remove run_fine_tune_checkpoint_dummy_computation.", where=where)


UNNOTICED = (
    "The trainer does not detect this, because run_fine_tune_checkpoint_dummy_computation is false: it trains from random values."
)
_OTHER = "Use a checkpoint of this trainer or of the TF2 model zoo."


def _other(checkpoint: Checkpoint) -> str:
    exported = (Path(checkpoint.prefix).parent.parent / "saved_model.pb").exists()
    return f"These are the variables of a SavedModel, which is only for inference. {_OTHER}" if exported else _OTHER


def _of_the_model(inputs: Inputs, checkpoint: Checkpoint, kind: str) -> tuple[str, str, bool] | None:
    """Return the message, the hint, and whether the checkpoint is the cause, from the variables of the model and the checkpoint."""
    fit = inputs.fine_tune_fit
    architecture = inputs.config.model.WhichOneof("model")
    if fit is not None and fit.match is None:
        message = f"{FIELD} is {kind!r}, which the trainer cannot restore for {fit.signature.extractor}."
        return message, 'Set fine_tune_checkpoint_type: "detection", and use a detection checkpoint.', False
    if fit is not None and fit.match is not None:
        if not fit.match.missing or fit.match.other_shape:
            return None
        problem = other_model(inputs.config, checkpoint, kind)
        return " ".join(filter(None, (problem, str(fit.match)))), fit.match.hint(), True
    if architecture in EXTRACTORS and not restored_tensors(checkpoint, architecture, kind):
        return (
            f"{checkpoint.prefix} has no values for a {ARCHITECTURES[architecture]} model: the trainer cannot restore anything from it.",
            _OTHER,
            True,
        )
    return None


def _made_later(inputs: Inputs, kind: str) -> bool:
    """Tell whether the variables to restore are created on the first call of the model."""
    architecture = inputs.config.model.WhichOneof("model")
    return kind == "detection" and architecture == "faster_rcnn"
