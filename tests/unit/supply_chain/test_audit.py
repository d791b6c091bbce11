"""`make audit` reports what is known of the locked packages, and never takes a missing answer for a good one."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from supply_chain import audit, locked

LOCKED = sorted({(pin.name, pin.version) for lock in audit.LOCKS for pin in locked.read(audit.REQUIREMENTS / f"{lock}.txt")})


def dependencies(**changed: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"name": name, "version": version, "vulns": []} | changed.get(name, {}) for name, version in LOCKED]


@pytest.fixture
def pip_audit(tmp_path: Path):
    """A program that answers as pip-audit, and notes the arguments of each of its runs."""

    def program(*runs: str, error: str = "") -> list[str]:
        (tmp_path / "runs.json").write_text(json.dumps(runs))
        script = (
            "import json, pathlib, sys\n"
            f"top = pathlib.Path({str(tmp_path)!r}); noted = top / 'arguments.json'\n"
            "before = json.loads(noted.read_text()) if noted.exists() else []\n"
            "noted.write_text(json.dumps([*before, sys.argv[1:]]))\n"
            "print(json.loads((top / 'runs.json').read_text())[len(before)])\n"
            f"sys.stderr.write({error!r})\n"
        )
        (tmp_path / "pip_audit.py").write_text(script)
        return [sys.executable, str(tmp_path / "pip_audit.py")]

    return program


def arguments(folder: Path) -> list[list[str]]:
    return json.loads((folder / "arguments.json").read_text())


def test_without_a_known_vulnerability_it_says_how_much_was_audited(pip_audit, capsys, tmp_path: Path):
    assert audit.main([], program=pip_audit(json.dumps({"dependencies": dependencies()}))) == 0
    assert capsys.readouterr().out == f"audit: no known vulnerability in {len(LOCKED)} packages\n"
    (given,) = arguments(tmp_path)
    assert {Path(path).name for path in given if path.endswith(".txt")} == {f"{lock}.txt" for lock in audit.LOCKS}
    assert {"--disable-pip", "--require-hashes", "--timeout=15"} <= set(given)


def test_a_vulnerability_is_named_with_the_version_that_fixes_it(pip_audit, capsys):
    found = {"kopf": {"vulns": [{"id": "X-1", "fix_versions": ["9.9"]}, {"id": "X-2", "fix_versions": []}]}}
    assert audit.main([], program=pip_audit(json.dumps({"dependencies": dependencies(**found)}))) == 1
    version = dict(LOCKED)["kopf"]
    assert capsys.readouterr().err == (
        f"audit: kopf {version}: X-1, fixed in 9.9\naudit: kopf {version}: X-2, fixed in no version yet\n"
    )


@pytest.mark.parametrize(
    "answer",
    [
        [{"name": name, "skip_reason": "not found"} for name, _ in LOCKED],
        [],
        [{"name": name, "version": "0", "vulns": []} for name, _ in LOCKED],
    ],
    ids=["all are skipped", "none is named", "other versions"],
)
def test_a_package_without_an_answer_is_not_reported_as_safe(pip_audit, capsys, answer: list[dict[str, Any]]):
    """pip-audit itself ends with 0 and "No known vulnerabilities found" where an index knows none of the packages."""
    assert audit.main([], program=pip_audit(json.dumps({"dependencies": answer}))) == 2
    count = len(LOCKED)
    assert f"audit: not audited: the service does not know {count} of {count} packages: " in capsys.readouterr().err


def test_a_vulnerability_is_named_although_not_everything_was_audited(pip_audit, capsys):
    found = {"kopf": {"vulns": [{"id": "X-1", "fix_versions": ["9.9"]}]}, "pyyaml": {"skip_reason": "not found"}}
    assert audit.main([], program=pip_audit(json.dumps({"dependencies": dependencies(**found)}))) == 2
    told = capsys.readouterr().err
    assert "X-1" in told
    assert f"does not know 1 of {len(LOCKED)} packages: pyyaml " in told


def test_a_service_that_cannot_be_reached_is_tried_again_and_then_reported(pip_audit, capsys, tmp_path: Path):
    slept: list[float] = []
    program = pip_audit("", "", "", error="Traceback (most recent call last):\n…\nConnectionError: name resolution failed\n")
    assert audit.main([], program=program, sleep=slept.append) == 2
    assert capsys.readouterr().err == (
        "audit: not audited: the advisory service cannot be reached, or pip-audit failed: ConnectionError: name resolution failed\n"
    )
    assert (slept, len(arguments(tmp_path))) == ([2.0, 4.0], 3)


def test_a_service_that_answers_the_second_time_is_believed(pip_audit):
    slept: list[float] = []
    program = pip_audit("", json.dumps({"dependencies": dependencies()}))
    assert audit.main([], program=program, sleep=slept.append) == 0
    assert slept == [2.0]


def test_a_service_that_never_answers_is_given_up(capsys, monkeypatch: pytest.MonkeyPatch):
    def hangs(command: list[str], timeout: float, **_: object) -> None:
        raise subprocess.TimeoutExpired(command, timeout)

    monkeypatch.setattr(subprocess, "run", hangs)
    assert audit.main([], sleep=lambda _: None) == 2
    assert capsys.readouterr().err == "audit: not audited: no answer within 900 s\n"


def test_another_service_can_be_asked(pip_audit, tmp_path: Path):
    program = pip_audit(json.dumps({"dependencies": dependencies()}))
    assert audit.main(["--osv-url", "http://mirror.example/v1/query"], program=program) == 0
    assert arguments(tmp_path)[0][:4] == ["--vulnerability-service", "osv", "--osv-url", "http://mirror.example/v1/query"]
