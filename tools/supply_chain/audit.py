"""Ask an advisory service for known vulnerabilities of everything that requirements/*.txt lock: `make audit`.

Needs a network, so that neither `make test` nor CI runs it: the Python package index by default, or with `--osv-url URL`
an OSV service, for example a mirror inside a closed network. A package that the service does not know was not audited, and is
not reported as safe. Exit code: 0 none known, 1 there are some, 2 not everything was audited.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from supply_chain import locked

NONE_KNOWN, VULNERABLE, NOT_AUDITED = 0, 1, 2
REQUIREMENTS = Path(__file__).resolve().parents[2] / "requirements"
LOCKS = ("base", "operator", "trainer-cpu", "trainer-gpu", "build")
PROGRAM = (sys.executable, "-m", "pip_audit")
SECONDS_A_REQUEST, SECONDS, ATTEMPTS = 15, 900, 3


class NotAudited(Exception):
    """The service gave no answer, or not for everything; the message has the reason."""


def main(
    argv: Sequence[str] | None = None, *, program: Sequence[str] = PROGRAM, sleep: Callable[[float], None] = time.sleep
) -> int:
    """Audit all locks. `program` and `sleep` are for tests."""
    parser = argparse.ArgumentParser(prog="audit", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--osv-url", default="", metavar="URL", help="of the query endpoint of an OSV service")
    options = parser.parse_args(argv)
    service = ["--vulnerability-service", "osv", "--osv-url", options.osv_url] if options.osv_url else []
    try:
        answers = _ask([*program, *service], sleep)
    except NotAudited as problem:
        return _say(f"not audited: {problem}", NOT_AUDITED)
    vulnerable = sorted(_advisories(answers))
    if vulnerable:
        _say("\n".join(vulnerable), VULNERABLE)
    if silent := _without_answer(answers):
        some = ", ".join(silent[:10]) + (", …" if len(silent) > 10 else "")
        return _say(f"not audited: the service does not know {len(silent)} of {len(_pins())} packages: {some}", NOT_AUDITED)
    if not vulnerable:
        sys.stdout.write(f"audit: no known vulnerability in {len(_pins())} packages\n")
    return VULNERABLE if vulnerable else NONE_KNOWN


def _ask(program: list[str], sleep: Callable[[float], None]) -> list[dict[str, Any]]:
    """Run pip-audit, again after growing pauses if the service cannot be reached, and return its result for each package."""
    files = [argument for lock in LOCKS for argument in ("--requirement", str(REQUIREMENTS / f"{lock}.txt"))]
    flags = ["--disable-pip", "--require-hashes", "--progress-spinner=off", f"--timeout={SECONDS_A_REQUEST}", "--format=json"]
    problem = ""
    for attempt in range(ATTEMPTS):
        if attempt:
            sleep(2.0**attempt)
        try:
            done = subprocess.run([*program, *flags, *files], capture_output=True, text=True, timeout=SECONDS, check=False)
            dependencies: list[dict[str, Any]] = json.loads(done.stdout)["dependencies"]
        except subprocess.TimeoutExpired:
            problem = f"no answer within {SECONDS} s"
        except (ValueError, KeyError, TypeError):
            last = done.stderr.strip().splitlines()[-1:] or ["no output"]
            problem = f"the advisory service cannot be reached, or pip-audit failed: {last[0][:500]}"
        else:
            return dependencies
    raise NotAudited(problem)


def _advisories(answers: list[dict[str, Any]]) -> list[str]:
    """One line for each vulnerability of a package."""
    return [
        f"{package['name']} {package['version']}: {found['id']}, fixed in {', '.join(found['fix_versions']) or 'no version yet'}"
        for package in answers
        for found in package.get("vulns", [])
    ]


def _without_answer(answers: list[dict[str, Any]]) -> list[str]:
    """The packages that were skipped or left out."""
    audited = [package for package in answers if "version" in package and "skip_reason" not in package]
    answered = {(package["name"], package["version"]) for package in audited}
    return sorted(f"{name} {version}" for name, version in _pins() - answered)


def _pins() -> set[tuple[str, str]]:
    return {(pin.name, pin.version) for lock in LOCKS for pin in locked.read(REQUIREMENTS / f"{lock}.txt")}


def _say(message: str, code: int) -> int:
    sys.stderr.write("".join(f"audit: {line}\n" for line in message.splitlines()))
    return code


if __name__ == "__main__":
    sys.exit(main())
