"""The command line: one module per verb, imported only when it is used."""

from __future__ import annotations

import importlib
import importlib.util
import os
import signal
import sys
from collections.abc import Sequence

from detector_trainer import __version__

PROGRAM = "detector-training"
USAGE_ERROR = 2

# Verb, the module that has its main(argv) -> exit code, and what it does.
VERBS: tuple[tuple[str, str, str], ...] = (
    ("run", "detector_operator.cli.cmd_run", "validate and train a training.yaml on this machine"),
    (
        "validate",
        "detector_trainer.cli.cmd_validate",
        "check whether a training will train: config, label map, records, checkpoint",
    ),
    (
        "preflight",
        "detector_trainer.cli.cmd_preflight",
        "check a pod before it trains: inputs, GPUs, model directory",
    ),
    ("train", "detector_trainer.cli.cmd_train", "train: model_main_tf2 with progress, safe stop and classified failures"),
    ("explain", "detector_trainer.cli.cmd_explain", "explain a code and how to fix its cause"),
    ("diagnose", "detector_trainer.cli.cmd_diagnose", "find the cause of a failure in a training log"),
    ("doctor", "detector_trainer.cli.cmd_doctor", "check whether this machine can train"),
    ("operator", "detector_operator.cli.cmd_operator", "run the operator on a cluster"),
    ("crd", "detector_operator.cli.cmd_crd", "print the CustomResourceDefinition"),
)


def main(argv: Sequence[str] | None = None) -> int:
    """Run a verb and return its exit code."""
    verb, *rest = list(sys.argv[1:] if argv is None else argv) or ["--help"]
    if verb in ("-h", "--help", "help"):
        _print(_help())
        return 0
    if verb in ("-V", "--version", "version"):
        _print(f"{PROGRAM} {__version__}")
        return 0
    module_name = {name: module for name, module, _ in VERBS}.get(verb)
    if module_name is None:
        return _wrong_verb(verb)
    if importlib.util.find_spec(module_name.partition(".")[0]) is None:
        sys.stderr.write(
            f"{PROGRAM} {verb}: not part of this installation (the trainer image has only the verbs that run in it)\n"
        )
        return USAGE_ERROR
    _handle_sigterm()
    try:
        return int(importlib.import_module(module_name).main(rest))
    except ModuleNotFoundError as missing:
        return _not_installed(verb, missing)
    except BrokenPipeError:  # the reader of the pipe (head, less) has exited: not an error
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        return 130


def _handle_sigterm() -> None:
    """Exit on SIGTERM as process 1 of a container: the kernel drops signals for which process 1 has no handler.

    A verb that has to clean up before it exits installs its own handler.
    """
    if os.getpid() == 1:
        signal.signal(signal.SIGTERM, lambda number, _: os._exit(128 + number))


def _help() -> str:
    width = max(len(name) for name, _, _ in VERBS)
    verbs = "\n".join(f"  {name:<{width}}  {what}" for name, _, what in VERBS)
    return (
        f"Usage: {PROGRAM} VERB [OPTIONS]\n\n"
        "Validates and trains TensorFlow object detectors.\n\n"
        f"{verbs}\n\n{PROGRAM} VERB --help shows its options."
    )


def _wrong_verb(verb: str) -> int:
    from detector_trainer.did_you_mean import closest

    near = closest(verb, [name for name, _, _ in VERBS])
    suggestion = f" Did you mean {near[0]}?" if near else ""
    sys.stderr.write(f"{PROGRAM}: unknown verb {verb!r}.{suggestion}\n\n{_help()}\n")
    return USAGE_ERROR


def _not_installed(verb: str, missing: ModuleNotFoundError) -> int:
    """Report a package that this installation leaves out. A missing module of our own is a bug, and is raised."""
    if (missing.name or "").partition(".")[0] in ("", "detector_trainer", "detector_operator"):
        raise missing
    locked, image = {"operator": ("operator", "operator"), "train": ("trainer-cpu", "trainer")}.get(verb, ("base", "trainer"))
    sys.stderr.write(
        f"{PROGRAM} {verb}: the Python module {missing.name} is not installed. "
        f"Install requirements/{locked}.txt, or run this verb in the {image} image.\n"
    )
    return USAGE_ERROR


def _print(text: str) -> None:
    sys.stdout.write(text + "\n")
