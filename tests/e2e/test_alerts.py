"""The chart's alerts fire when they should, and only then; the queries of the dashboard are ones that Prometheus accepts.

It needs promtool, which is built with the test cluster's Prometheus, and no cluster.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from cluster.images import ROOT
from cluster.parts import NotBuilt, program
from cluster.places import Places
from detector_operator.controller.metrics import Metrics
from support.monitoring import ALERTS, expressions

TESTS = Path(__file__).with_name("alerts_test.yaml")


@pytest.fixture(scope="module")
def promtool() -> Path:
    """The program, built if need be. Skips where it can be neither built nor found, which in CI is a failure."""
    try:
        return program(Places.default(), "promtool")
    except NotBuilt:
        if shutil.which("go") is not None:
            raise
    installed = shutil.which("promtool")
    if installed is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(
            "promtool is not installed, and cannot be built: Go is not installed"
        )
    return Path(installed)


def run(program: Path, *words: str | Path, stdin: str | None = None) -> None:
    done = subprocess.run([program, *words], input=stdin, capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_alerts_fire_when_they_should(promtool: Path):
    run(promtool, "test", "rules", TESTS)


def test_the_alerts_are_sound(promtool: Path):
    run(promtool, "check", "rules", "--lint=all", "--lint-fatal", ALERTS)


def test_the_queries_of_the_dashboard_are_sound(promtool: Path, tmp_path: Path):
    rules = [{"record": f"query:number{number}", "expr": expression} for number, expression in enumerate(expressions())]
    file = tmp_path / "queries.yaml"
    file.write_text(json.dumps({"groups": [{"name": "dashboard", "rules": rules}]}))
    run(promtool, "check", "rules", "--lint-fatal", file)


def test_the_metrics_follow_prometheus_conventions(promtool: Path):
    text, _ = Metrics(lambda: []).exposition("")
    run(promtool, "check", "metrics", stdin=text.decode())
