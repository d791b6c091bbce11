"""A real Prometheus on the cluster's network, for the tests of metrics and alerts."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from cluster.parts import program
from cluster.places import ADDRESS
from cluster.prometheus import PORT, Prometheus, static
from cluster.up import Cluster
from cluster.waiting import until

pytestmark = pytest.mark.cluster
RULES = """
groups:
  - name: test
    rules:
      - alert: Scraped
        expr: up == 1
"""


def test_prometheus_scrapes_what_it_is_given_and_evaluates_alerts(prometheus: Callable[..., Prometheus], tmp_path: Path):
    rules = tmp_path / "rules.yaml"
    rules.write_text(RULES)
    running = prometheus(static("itself", f"{ADDRESS}:{PORT}"), rules=[rules])
    until(lambda: running.value('up{job="itself"}') == 1, "the first scrape", seconds=30)
    until(lambda: [alert["labels"]["alertname"] for alert in running.alerts()] == ["Scraped"], "the alert", seconds=30)
    assert [target["health"] for target in running.targets()] == ["up"]


def test_promtool_finds_a_wrong_rule(own_cluster: Cluster, tmp_path: Path):
    rules = tmp_path / "rules.yaml"
    rules.write_text(RULES.replace("up == 1", "up =="))
    checked = subprocess.run([program(own_cluster.places, "promtool"), "check", "rules", rules], capture_output=True, text=True)
    assert checked.returncode == 1
    assert "parse error" in checked.stderr
