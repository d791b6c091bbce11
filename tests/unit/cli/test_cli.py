"""The command line's table of verbs."""

from __future__ import annotations

import importlib
import signal
import subprocess
import sys

import pytest

from detector_trainer import __version__
from detector_trainer.cli import VERBS, main


def test_help_names_every_verb(capsys):
    assert main(["--help"]) == 0
    out = capsys.readouterr().out
    assert [verb for verb, _, _ in VERBS if f"  {verb} " not in out] == []


def test_without_a_verb_it_shows_the_help(capsys):
    assert main([]) == 0
    assert capsys.readouterr().out.startswith("Usage: detector-training VERB")


def test_the_version_is_the_distributions(capsys):
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"detector-training {__version__}\n"


def test_a_misspelt_verb_gets_the_nearest(capsys):
    assert main(["vaildate"]) == 2
    assert "Did you mean validate?" in capsys.readouterr().err


@pytest.mark.parametrize(("verb", "module"), [(verb, module) for verb, module, _ in VERBS], ids=[verb for verb, _, _ in VERBS])
def test_each_verb_has_its_own_help(verb, module, capsys):
    assert hasattr(importlib.import_module(module), "main")
    with pytest.raises(SystemExit) as ended:
        sys.exit(main([verb, "--help"]))
    assert ended.value.code in (0, None)
    assert f"detector-training {verb}" in capsys.readouterr().out


def test_a_reader_that_leaves_a_pipe_is_no_error():
    command = f"{sys.executable} -m detector_trainer.cli explain --list | head -n 1"
    ended = subprocess.run(["bash", "-o", "pipefail", "-c", command], capture_output=True, text=True, check=False)
    assert "Traceback" not in ended.stderr
    assert "BrokenPipe" not in ended.stderr


def test_the_first_process_of_a_container_ends_by_sigterm_whatever_the_verb_is_doing():
    """It has no number 1 here: the exit code distinguishes signals that the kernel would ignore from those that it handles."""
    script = (
        "import os, signal, sys, types; from detector_trainer import cli; os.getpid = lambda: 1\n"
        "verb = types.ModuleType('verb'); verb.main = lambda _: (print('busy', flush=True), signal.pause())\n"
        "sys.modules['verb'] = verb; verb.__spec__ = os.__spec__; cli.VERBS = (('busy', 'verb', ''),)\n"
        "cli.main(['busy'])"
    )
    process = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "busy\n"
    process.terminate()
    assert process.wait(timeout=30) == 128 + signal.SIGTERM
