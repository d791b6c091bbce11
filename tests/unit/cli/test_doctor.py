"""`detector-training doctor`."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace

import pytest

from detector_trainer.cli import cmd_doctor, main
from detector_trainer.doctor import disk, memory, packages, python
from detector_trainer.doctor.probe import ProbeResult, State


@pytest.mark.parametrize(
    "module",
    [python, pytest.param(packages, marks=pytest.mark.trainer), memory, disk],
    ids=["python", "packages", "memory", "disk"],
)
def test_a_probe_of_this_machine_finds_no_error(module):
    results = list(module.probe())
    assert results
    assert [result for result in results if result.state is State.ERROR] == []


def test_what_is_wrong_is_said_with_what_to_do_and_exits_1(monkeypatch: pytest.MonkeyPatch, capsys):
    def probe() -> Iterator[ProbeResult]:
        yield ProbeResult("tensorflow", State.ERROR, "not installed", "Install requirements/trainer-cpu.txt.")

    monkeypatch.setattr(cmd_doctor, "PROBES", (SimpleNamespace(probe=probe),))
    assert main(["doctor"]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "error    tensorflow  not installed"
    assert lines[1].strip() == "Install requirements/trainer-cpu.txt."
    assert lines[-1] == "This machine cannot train."


def test_a_package_of_another_version_is_a_warning(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(packages, "EXPECTED", (("numpy", "1.", True), ("no-such-package", "1.", True)))
    other, missing = packages.probe()
    assert (other.state, missing.state) == (State.WARNING, State.ERROR)
