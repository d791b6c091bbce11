"""Failures because of the checkpoint that is restored."""

from __future__ import annotations

from detector_trainer.contract import ExitCode, reasons
from detector_trainer.failures.failure import Failure

FAILURES = (
    Failure(
        code="checkpoint/corrupt",
        catalogue=(48, 51),
        reason=reasons.CHECKPOINT_NOT_RESTORED,
        exit_code=ExitCode.DATA,
        patterns=(
            r"Read less bytes than requested",
            r"Checksum does not match",
            r"data-\d{1,9}+-of-\d{1,9}+; No such file or directory",
        ),
        message="A data file of the checkpoint is missing, truncated or damaged.",
        fix="Copy or download the checkpoint again: the .index file and every .data file.",
    ),
    Failure(
        code="checkpoint/not-found",
        catalogue=(40,),
        reason=reasons.CHECKPOINT_NOT_RESTORED,
        exit_code=ExitCode.DATA,
        patterns=(r"Failed to find any matching files for (?P<path>[^\s\[]{1,1000}+)",),
        message="Checkpoint {path} does not exist.",
        fix="Set the prefix of a checkpoint: the path of its .index file without .index.",
    ),
    Failure(
        code="checkpoint/written-by-tf1",
        catalogue=(41, 42),
        reason=reasons.CHECKPOINT_NOT_RESTORED,
        exit_code=ExitCode.DATA,
        patterns=(r"Checkpoint is expected to be an object-based checkpoint",),
        message="fine_tune_checkpoint is a TF1 checkpoint, or names the .index file.",
        fix="Use a TF2 checkpoint, and set its prefix: .../checkpoint/ckpt-0.",
    ),
    Failure(
        code="checkpoint/unreadable",
        catalogue=(41, 48),
        reason=reasons.CHECKPOINT_NOT_RESTORED,
        exit_code=ExitCode.DATA,
        patterns=(r"not an sstable \(bad magic number\)",),
        message=(
            "fine_tune_checkpoint names a file that is not a checkpoint index: a .data file, a git-lfs pointer, or a damaged index."
        ),
        fix="Set the prefix of the checkpoint, and download it again if its files are small.",
    ),
    Failure(
        code="checkpoint/version-not-v2",
        catalogue=(43,),
        reason=reasons.CHECKPOINT_NOT_RESTORED,
        exit_code=ExitCode.DATA,
        patterns=(r"Checkpoint version should be V2",),
        message="fine_tune_checkpoint_version is V1, or not set.",
        fix="Set fine_tune_checkpoint_version: V2.",
    ),
    Failure(
        code="checkpoint/type-mismatch",
        catalogue=(44, 46, 47),
        reason=reasons.CHECKPOINT_NOT_RESTORED,
        exit_code=ExitCode.DATA,
        patterns=(
            r"Found \d{1,9}+ Python objects that were not bound to checkpointed values",
            r"Not supported fine_tune_checkpoint_type: ",
            r"Unknown fine tune checkpoint type ",
        ),
        message="The checkpoint does not contain what fine_tune_checkpoint_type restores.",
        fix='For a detection checkpoint set fine_tune_checkpoint_type: "detection"; otherwise use a checkpoint of this model.',
    ),
    Failure(
        code="checkpoint/shape-mismatch",
        catalogue=(45, 46, 51),
        reason=reasons.CHECKPOINT_NOT_RESTORED,
        exit_code=ExitCode.DATA,
        patterns=(
            (
                r"Cannot assign value to variable '\s{0,8}+(?P<name>[^'\s]{0,500}+)\s{0,8}+': Shape mismatch\.\s{0,8}+"
                r"The variable shape (?P<model>\([\d, ]{0,100}+\)), "
                r"and the assigned value shape (?P<checkpoint>\([\d, ]{0,100}+\)) are incompatible"
            ),
            (
                r"Received incompatible tensor with shape (?P<checkpoint>\([\d, ]{0,100}+\)) "
                r"when attempting to restore variable with shape (?P<model>\([\d, ]{0,100}+\)) "
                r"and name (?P<name>(?:[^\s.]|\.(?!\s|$)){1,500}+)"
            ),
        ),
        message="Variable {name} has shape {model} in the model and {checkpoint} in the checkpoint.",
        fix=(
            'The checkpoint belongs to another backbone, or to another num_classes: use "detection" instead of "full", or a '
            "checkpoint of this model. In model_dir: choose an empty directory."
        ),
    ),
)
