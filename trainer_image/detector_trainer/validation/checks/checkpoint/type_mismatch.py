"""fine_tune_checkpoint_type does not fit what is in the checkpoint."""

from __future__ import annotations

from collections.abc import Iterator

from detector_trainer.contract import Finding, Severity, Where
from detector_trainer.pipeline.unreadable import Unreadable
from detector_trainer.validation.inputs import Inputs
from detector_trainer.validation.rule import Cost, Rule

RULE = Rule(
    code="checkpoint/type-mismatch",
    severity=Severity.ERROR,
    cost=Cost.META,
    catalogue=(44, 47),
    held_by=("object_detection/meta_architectures/ssd_meta_arch.py",),
    what=('fine_tune_checkpoint_type asks for an object that the checkpoint does not hold. Unset, it means "classification".'),
    why=(
        'The trainer ends with "AssertionError: Found 260 Python objects that were not bound to checkpointed values", '
        'after building the model. 32 of the 40 official configs ship "classification".'
    ),
    fix='For a detection checkpoint of the zoo set fine_tune_checkpoint_type: "detection".',
    example='fine_tune_checkpoint_type: "classification"   ->   fine_tune_checkpoint_type: "detection"',
)


FIELD = "train_config.fine_tune_checkpoint_type"
ROOTS = {"classification": "feature_extractor", "detection": "model", "full": "model"}


def check(inputs: Inputs) -> Iterator[Finding]:
    """One finding. What is restored for each type: restore_from_objects of each meta-architecture."""
    train = inputs.config.train_config
    checkpoint = inputs.fine_tune_checkpoint
    if checkpoint is None or not checkpoint.is_object_based:
        return
    kind = train.fine_tune_checkpoint_type or ("detection" if train.from_detection_checkpoint else "classification")
    said = repr(kind) if train.fine_tune_checkpoint_type else f"not set, which means {kind!r}"
    where = Where(file=inputs.pipeline_config, line=inputs.pipeline.line_of(FIELD), field=FIELD)
    try:
        roots = checkpoint.roots
    except Unreadable:
        return  # checkpoint/corrupt says so
    if kind not in ROOTS:
        yield RULE.finding(f"{FIELD} is {said}, which the trainer does not know.", f"Use one of {', '.join(ROOTS)}.", where=where)
    elif ROOTS[kind] not in roots:
        holds = ", ".join(sorted(roots)) or "nothing"
        fitting = [name for name in ("detection", "classification") if ROOTS[name] in roots]
        yield RULE.finding(
            f"{FIELD} is {said}: that restores `{ROOTS[kind]}`, and {checkpoint.prefix} holds {holds}.",
            f'Set fine_tune_checkpoint_type: "{fitting[0]}".'
            if fitting
            else "Use a checkpoint that this trainer, or the TF2 model zoo, has made.",
            where=where,
        )
