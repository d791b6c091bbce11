"""Preflight: check a pod before it trains; the init container of a trainer pod."""

from __future__ import annotations

import traceback
from collections.abc import Sequence

from detector_trainer.command.flags import Parser, UsageError, overrides_of, termination_message_path
from detector_trainer.command.run_result import RunResult
from detector_trainer.contract import ExitCode, reasons
from detector_trainer.pipeline.overrides import SET_HELP
from detector_trainer.preflight.chain import preflight
from detector_trainer.preflight.pod import Pod
from detector_trainer.validation.inputs import Inputs

PROGRAM = "detector-training preflight"


def main(argv: Sequence[str]) -> int:
    """Run the verb; return the exit code (contract.ExitCode). Every exit writes the termination message."""
    try:
        result = preflight(_pod(argv))
    except UsageError as error:
        result = RunResult(ExitCode.USAGE, reasons.USAGE, f"{error}.", f"`{PROGRAM} --help` shows all flags.")
    except Exception as error:  # noqa: BLE001 - an internal error must not be mistaken for a verdict
        message = f"Internal error of preflight: {type(error).__name__}: {error}."
        result = RunResult(ExitCode.CRASH, reasons.UNCLASSIFIED, message, "Please report it.", traceback.format_exc())
    result.report(termination_message_path(argv))
    return int(result.code)


def _pod(argv: Sequence[str]) -> Pod:
    options = _parser().parse(argv)
    inputs = Inputs(options.pipeline_config, overrides=overrides_of(options.set))
    if inputs.pipeline_unreadable is None:
        try:
            _ = inputs.config
        except ValueError as error:
            raise UsageError(f"--set: {error}") from None
    return Pod(inputs, options.model_dir, options.gpus, options.fingerprint)


def _parser() -> Parser:
    parser = Parser(
        prog=PROGRAM,
        allow_abbrev=False,
        description="Check, without TensorFlow, whether this pod can train: GPUs are visible, the inputs are readable and the "
        "validated ones, the model directory is writable, and no other training uses it.",
        epilog="Exit codes: 0 it can; 64 wrong flags; 65 inputs missing or changed, do not retry; 70 internal error; 74 storage "
        "error, or the model directory is in use; 78 this environment cannot train.",
    )
    parser.add_argument("--pipeline-config", required=True, metavar="FILE", help="the pipeline config")
    parser.add_argument("--model-dir", required=True, metavar="DIR", help="directory for the checkpoints of the training")
    parser.add_argument("--gpus", required=True, type=int, metavar="N", help="GPUs that must be visible")
    parser.add_argument("--fingerprint", metavar="X", help="inputsFingerprint of the verdict; default: no comparison")
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", help=SET_HELP)
    parser.add_argument(
        "--termination-message-path", metavar="FILE", help="write the result to this file, as JSON of at most 4096 bytes"
    )
    return parser
