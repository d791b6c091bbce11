"""Parses the flags of `train`, model_main_tf2's and ours, before TensorFlow is imported, so that mistakes are reported early.

model_main_tf2 answers an unknown flag with a usage text that does not suggest the closest flag (catalogue 59). A test in
tests/trainer compares UPSTREAM with the flags that model_main_tf2 defines.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from detector_trainer.command.flags import Parser, UsageError, overrides_of
from detector_trainer.pipeline.overrides import SET_HELP

PROGRAM = "detector-training train"


@dataclass(frozen=True)
class UpstreamFlag:
    """A flag of object_detection/model_main_tf2.py."""

    name: str
    kind: type
    help: str


UPSTREAM = (
    UpstreamFlag("pipeline_config_path", str, "the pipeline config"),
    UpstreamFlag("model_dir", str, "where checkpoints and event files are written; a checkpoint found there is resumed"),
    UpstreamFlag("num_train_steps", int, "train to this step; default: num_steps of the config"),
    UpstreamFlag("checkpoint_every_n", int, "steps between checkpoints; default 1000"),
    UpstreamFlag("record_summaries", bool, "write pictures of the input for TensorBoard; default true"),
    UpstreamFlag("num_workers", int, "workers that train together; more than 1 needs TF_CONFIG"),
    UpstreamFlag("use_tpu", bool, "train on a TPU"),
    UpstreamFlag("tpu_name", str, "name of the Cloud TPU"),
    UpstreamFlag("checkpoint_dir", str, "evaluate the checkpoints in this directory as they appear, instead of training"),
    UpstreamFlag("eval_timeout", int, "seconds an evaluation waits for a checkpoint; default 3600"),
    UpstreamFlag("eval_on_train_data", bool, "evaluate on training data"),
    UpstreamFlag("sample_1_of_n_eval_examples", int, "evaluate one of every n examples"),
    UpstreamFlag("sample_1_of_n_eval_on_train_examples", int, "evaluate one of every n training examples"),
)


@dataclass(frozen=True)
class TrainFlags:
    """The parsed command line."""

    upstream: Mapping[str, str | int | bool]
    """Values of model_main_tf2's flags that are set."""
    overrides: Mapping[str, str]
    termination_message_path: str | None
    stall_timeout: float
    """Seconds; 0 waits forever."""
    grace_period: float
    """Seconds between the signal and the exit, at most."""
    require_gpus: int
    log_interval: float
    """Seconds between progress lines, at least."""
    human: bool
    structured: bool

    @property
    def pipeline_config_path(self) -> str:
        """Path of the pipeline config."""
        return str(self.upstream["pipeline_config_path"])

    @property
    def model_dir(self) -> str:
        """Path of the model directory."""
        return str(self.upstream["model_dir"])

    @property
    def evaluates_only(self) -> bool:
        """Whether model_main_tf2 will evaluate instead of train."""
        return bool(self.upstream.get("checkpoint_dir"))

    @property
    def owns_model_dir(self) -> bool:
        """Whether nothing else may train in model_dir: evaluation only reads it, and the workers of one training share it."""
        return not self.evaluates_only and int(self.upstream.get("num_workers", 1)) <= 1


def parse(argv: Sequence[str]) -> TrainFlags:
    """Parse the command line of `train`.

    Raises:
        UsageError: a flag is unknown, misspelt, missing or has a wrong value.
        SystemExit: --help.
    """
    parsed = _parser().parse(argv)
    values = vars(parsed)
    upstream = {flag.name: values[flag.name] for flag in UPSTREAM if values[flag.name] is not None}
    for required in ("pipeline_config_path", "model_dir"):
        if not upstream.get(required):
            raise UsageError(f"--{required} is missing")
    if upstream.get("num_train_steps", 1) <= 0:
        raise UsageError(f"--num_train_steps must be at least 1, not {upstream['num_train_steps']}")
    if upstream.get("checkpoint_every_n", 1) <= 0:
        raise UsageError(f"--checkpoint_every_n must be at least 1, not {upstream['checkpoint_every_n']}")
    return TrainFlags(
        upstream=upstream,
        overrides=overrides_of(parsed.set),
        termination_message_path=parsed.termination_message_path,
        stall_timeout=parsed.stall_timeout,
        grace_period=parsed.grace_period,
        require_gpus=parsed.require_gpus,
        log_interval=parsed.log_interval,
        human=parsed.progress in ("human", "both"),
        structured=parsed.progress in ("json", "both"),
    )


def _parser() -> Parser:
    parser = Parser(
        prog=PROGRAM,
        allow_abbrev=False,
        description="Trains with model_main_tf2. Adds progress lines, a checkpoint when it is stopped and at the last step, "
        "stops on a NaN/Inf loss or a stall, and exit codes that classify the result.",
        epilog="Exit codes: 0 done; 64 wrong flags; 65 data or config error, do not retry; 70 unknown crash; 74 storage error; "
        "75 stopped, run again to resume; 78 this environment cannot train.",
    )
    theirs = parser.add_argument_group("flags of model_main_tf2")
    for flag in UPSTREAM:
        if flag.kind is bool:
            theirs.add_argument(f"--{flag.name}", nargs="?", type=_boolean, const=True, metavar="BOOL", help=flag.help)
            theirs.add_argument(f"--no{flag.name}", dest=flag.name, action="store_false", default=None, help=argparse.SUPPRESS)
        else:
            metavar = "N" if flag.kind is int else "PATH" if "name" not in flag.name else "NAME"
            theirs.add_argument(f"--{flag.name}", type=flag.kind, metavar=metavar, help=flag.help)
    ours = parser.add_argument_group("further flags")
    ours.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help=SET_HELP,
    )
    ours.add_argument(
        "--termination-message-path", metavar="FILE", help="write the result to this file, as JSON of at most 4096 bytes"
    )
    ours.add_argument(
        "--stall-timeout",
        type=_seconds,
        default=1800.0,
        metavar="SECONDS",
        help="end the run when no step completes for so long; before the first step this includes building and tracing. "
        "0: never; default 1800",
    )
    ours.add_argument(
        "--grace-period",
        type=_seconds,
        default=25.0,
        metavar="SECONDS",
        help="on SIGTERM or SIGINT: time to finish the step and save a checkpoint; default 25",
    )
    ours.add_argument(
        "--require-gpus", type=int, default=0, metavar="N", help="exit with 78 if fewer GPUs are visible; default 0"
    )
    ours.add_argument(
        "--log-interval", type=_seconds, default=5.0, metavar="SECONDS", help="time between progress lines; default 5"
    )
    ours.add_argument(
        "--progress",
        choices=("human", "json", "both"),
        default="human" if os.isatty(1) else "both",
        help="which progress lines to write; default: human on a terminal, else both",
    )
    return parser


def _boolean(text: str) -> bool:
    if text.lower() in ("true", "t", "1", "yes"):
        return True
    if text.lower() in ("false", "f", "0", "no"):
        return False
    raise argparse.ArgumentTypeError(f"{text!r} is neither true nor false")


def _seconds(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of seconds") from None
    if not 0 <= value < 1e9:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of seconds between 0 and 1e9")
    return value
