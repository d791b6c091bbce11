"""Validate: check whether a training will train: config, label map, records, checkpoint."""

from __future__ import annotations

import argparse
import os
import sys
import traceback
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from detector_trainer.command.atomic_write import write_atomically
from detector_trainer.command.flags import Parser, UsageError, overrides_of
from detector_trainer.contract import Finding, Report, TerminationMessage, ValidationSummary, Verdict, reasons
from detector_trainer.contract.renamed_codes import rename_notices

if TYPE_CHECKING:
    from detector_trainer.records.progress import Listener
    from detector_trainer.validation.inputs import Inputs

PROGRAM = "detector-training validate"
PASS, REJECT, USAGE = 0, 1, 2


def main(argv: Sequence[str]) -> int:
    """Run the verb; return 0 if it will train, 1 if it will not, 2 for wrong usage or an internal error."""
    try:
        options = _parser().parse(argv)
        overrides = overrides_of(options.set)
    except UsageError as error:
        return _fail(f"{error}. `{PROGRAM} --help` shows all flags.")

    sys.stderr.writelines(f"{PROGRAM}: --ignore: {notice}\n" for notice in rename_notices(options.ignore))

    from detector_trainer.records.progress import ScanError
    from detector_trainer.validation.inputs import Inputs
    from detector_trainer.validation.validate import validate

    inputs = Inputs(
        pipeline_config=options.pipeline_config,
        model_dir=options.model_dir,
        num_steps=options.num_steps,
        checkpoint_every_n=options.checkpoint_every_n,
        gpus=options.gpus,
        overrides=overrides,
        decode_images=not options.no_decode,
        processes=options.processes,
    )
    try:
        with _progress() as on_progress:
            report = validate(
                inputs, ignore=options.ignore, scan=not options.no_scan, on_progress=on_progress, deep=_deep(options.deep)
            )
    except ValueError as error:
        if not overrides:
            raise
        return _fail(f"--set: {error}")
    except ScanError as error:
        return _fail(str(error))
    except Exception as error:  # noqa: BLE001 - an internal error must not be mistaken for a verdict
        traceback.print_exc()
        return _fail(f"internal error, no verdict: {type(error).__name__}: {error}. Please report it, with the lines above.")
    return _deliver(report, inputs, options)


def _deliver(report: Report, inputs: Inputs, options: argparse.Namespace) -> int:
    """Write the report and the termination message; return the exit code. The message alone is enough to report the verdict."""
    report_path, message_path = options.output, options.termination_message_path
    try:
        _write_report(report, inputs, options)
    except BrokenPipeError:
        raise
    except OSError as error:
        problem = f"cannot write the report to {options.output or 'stdout'}: {error.strerror}"
        if not message_path:
            return _fail(problem)
        _say(problem)
        report_path = None
    if message_path:
        try:
            _termination_message(report, report_path).write(message_path)
        except OSError as error:
            return _fail(f"cannot write the termination message to {message_path}: {error.strerror}")
    if options.html:
        _write_page(report, inputs, options.html)
    return PASS if report.verdict is Verdict.PASS else REJECT


def _write_report(report: Report, inputs: Inputs, options: argparse.Namespace) -> None:
    if options.format == "json":
        text = report.model_dump_json(by_alias=True, exclude_none=True, indent=2)
    elif options.format == "html":
        text = _as_html(report, inputs)
    else:
        from detector_trainer.report.text import render

        text = render(report, colour=options.output is None and _colour(sys.stdout))
    if options.output is None:
        sys.stdout.write(text + "\n")
    else:
        write_atomically(Path(options.output), text + "\n")


def _as_html(report: Report, inputs: Inputs) -> str:
    from detector_trainer.report.page import render  # imports Pillow and the code that reads records

    return render(report, inputs)


def _write_page(report: Report, inputs: Inputs, path: str) -> None:
    """Write the HTML page. Comes last: an error here does not change the verdict."""
    try:
        write_atomically(Path(path), _as_html(report, inputs) + "\n")
    except Exception as error:  # noqa: BLE001 - an error in the page must not change the verdict
        why = error.strerror if isinstance(error, OSError) else f"{type(error).__name__}: {error}"
        _say(f"cannot write the page to {path}: {why}")


def _termination_message(report: Report, report_path: str | None) -> TerminationMessage:
    rejected = report.verdict is Verdict.REJECT
    first = next((finding for finding in report.findings if finding.severity == "error"), None)
    return TerminationMessage(
        reason=reasons.VALIDATION_REJECTED if rejected else reasons.VALIDATION_PASSED,
        message=f"{first.code}: {first.message}" if first else "Validation passed.",
        hint=first.hint if first else "",
        validation=ValidationSummary.of(report, report_path=report_path),
    )


def _parser() -> Parser:
    from detector_trainer.pipeline.overrides import SET_HELP

    parser = Parser(
        prog=PROGRAM,
        allow_abbrev=False,
        description="Check whether a training will train, without a GPU, and (except for --deep) without TensorFlow.",
        epilog="Exit codes: 0 it will train; 1 it will not; 2 wrong usage or an internal error.",
    )
    parser.add_argument("--pipeline-config", required=True, metavar="FILE", help="the pipeline config")
    parser.add_argument("--model-dir", metavar="DIR", help="directory for the checkpoints of the training")
    parser.add_argument(
        "--num-steps", type=_at_least_one, metavar="N", help="steps to train to; default: num_steps of the config"
    )
    parser.add_argument(
        "--checkpoint-every-n", type=_at_least_one, default=1000, metavar="N", help="steps between checkpoints; default 1000"
    )
    parser.add_argument("--gpus", type=_count, metavar="N", help="GPUs that share a batch")
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", help=SET_HELP)
    parser.add_argument("--ignore", action="append", default=[], metavar="CODE", help="ignore findings with this code")
    parser.add_argument("--format", choices=("text", "json", "html"), default="text", help="default text")
    parser.add_argument("--output", metavar="FILE", help="write the report to this file, not to stdout; creates directories")
    parser.add_argument("--html", metavar="FILE", help="also write the report to this file, as an HTML page with pictures")
    parser.add_argument("--no-scan", action="store_true", help="do not read the records")
    parser.add_argument("--no-decode", action="store_true", help="read image headers only, do not decode images")
    parser.add_argument(
        "--deep",
        action="store_true",
        help="also run the trainer's own code on a few images: model, augmentations, loss, checkpoint; needs TensorFlow",
    )
    parser.add_argument("--processes", type=_at_least_one, metavar="N", help="processes that read records; default: one per core")
    parser.add_argument("--termination-message-path", metavar="FILE", help="write a summary here, as JSON of at most 4096 bytes")
    return parser


def _deep(wanted: bool) -> Callable[[Inputs, dict[str, object]], Iterable[Finding]] | None:
    if not wanted:
        return None
    from detector_trainer.deep.run import deep_findings

    return deep_findings


def _at_least_one(text: str) -> int:
    number = _count(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be at least 1")
    return number


def _count(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number")
    return int(text)


def _colour(stream: TextIO) -> bool:
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def _progress() -> AbstractContextManager[Listener | None]:
    if not sys.stderr.isatty():
        return nullcontext(None)
    from detector_trainer.cli.scan_bar import ScanBar

    return ScanBar()


def _fail(message: str) -> int:
    _say(message)
    return USAGE


def _say(message: str) -> None:
    sys.stderr.write(f"{PROGRAM}: {message}\n")
