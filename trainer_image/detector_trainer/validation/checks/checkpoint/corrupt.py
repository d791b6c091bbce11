"""A data file of the fine-tune checkpoint is missing, truncated or damaged."""

from __future__ import annotations

from collections.abc import Iterator

from detector_trainer.checkpoints.checkpoint import OBJECT_GRAPH, Checkpoint
from detector_trainer.checkpoints.compatibility import EXTRACTORS, ROOTS, SAVE_COUNTER, restored_tensors
from detector_trainer.contract import Finding, Severity, Where
from detector_trainer.pipeline.unreadable import Unreadable
from detector_trainer.validation.inputs import Inputs
from detector_trainer.validation.rule import Cost, Rule

RULE = Rule(
    code="checkpoint/corrupt",
    severity=Severity.ERROR,
    cost=Cost.META,
    catalogue=(48,),
    verified_by=("tests/trainer/test_config_agrees.py", "tests/trainer/test_checkpoints_agree.py"),
    what="The bytes of the checkpoint are missing or do not match their checksums.",
    why=(
        'The trainer restores the checkpoint last: it fails with "Read less bytes than requested" or "Checksum does not match" '
        "some 40 s into the run."
    ),
    fix="Copy or download the checkpoint again: the .index and every .data file.",
)


FIELD = "train_config.fine_tune_checkpoint"


def check(inputs: Inputs) -> Iterator[Finding]:
    """Yield one finding. Reads every tensor: 0.1 s for 100 MB. Damage in what the trainer does not restore is a warning."""
    checkpoint = inputs.fine_tune_checkpoint
    if checkpoint is None:
        return
    damaged = dict(checkpoint.damaged())
    if not damaged:
        return
    restored = _restored(inputs, checkpoint)
    first = next((name for name in damaged if restored is None or name in restored), None)
    problem = damaged[first or next(iter(damaged))]
    more = f" {len(damaged)} of {len(checkpoint.entries)} tensors are damaged or missing." if len(damaged) > 1 else ""
    where = Where(file=problem.path, field=FIELD)
    if first is not None:
        yield RULE.finding(f"{problem}.{more}", problem.hint, where=where)
    else:
        message = f"{problem}.{more} The trainer does not restore them for this fine_tune_checkpoint_type, so it would not fail."
        yield RULE.finding(message, problem.hint, where=where, severity=Severity.WARNING)


def _restored(inputs: Inputs, checkpoint: Checkpoint) -> frozenset[str] | None:
    """Return the names of the tensors that the trainer reads; None means all, if the object graph itself is damaged."""
    architecture = inputs.config.model.WhichOneof("model")
    try:
        if architecture not in EXTRACTORS or inputs.fine_tune_type not in ROOTS:
            return None
        tensors = restored_tensors(checkpoint, architecture, inputs.fine_tune_type)
    except (Unreadable, KeyError):
        return None
    return tensors | {OBJECT_GRAPH, f"{SAVE_COUNTER}/.ATTRIBUTES/VARIABLE_VALUE"}
