"""What the chart's alerts and dashboard query, and what the operator exports."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import yaml

from cluster.helm import CHART
from cluster.images import ROOT
from detector_operator.controller.metrics import Metrics

ALERTS = CHART / "files" / "alerts.yaml"
DASHBOARD = CHART / "files" / "dashboard.json"
RUNBOOK = ROOT / "docs" / "runbook.md"
NAME = re.compile(r"\bdetector_training_[a-z0-9_]+\b")


def alerts() -> list[dict[str, Any]]:
    """Return every alert."""
    return [rule for group in yaml.safe_load(ALERTS.read_text(encoding="utf-8"))["groups"] for rule in group["rules"]]


def dashboard() -> dict[str, Any]:
    """Return the dashboard."""
    found: dict[str, Any] = json.loads(DASHBOARD.read_text(encoding="utf-8"))
    return found


def panels() -> list[dict[str, Any]]:
    """Return its panels without the rows between them."""
    return [panel for panel in dashboard()["panels"] if panel["type"] != "row"]


def expressions() -> Iterator[str]:
    """Yield every query of the dashboard, as Prometheus gets it."""
    for panel in panels():
        for target in panel["targets"]:
            text: str = target["expr"]
            yield text.replace("$__rate_interval", "5m").replace("$__range", "6h").replace("$namespace", ".*")


def metrics_in(text: str) -> set[str]:
    """Return the names of the operator's metrics in a text."""
    return set(NAME.findall(text))


def families() -> dict[str, str]:
    """Return the type of each family that the operator declares, by its name."""
    text, _ = Metrics(lambda: []).exposition("")
    return dict(re.findall(r"^# TYPE (\S+) (\S+)$", text.decode(), re.MULTILINE))


def exported() -> set[str]:
    """Return every name that a sample can have."""
    names = set()
    for name, kind in families().items():
        names |= {f"{name}_bucket", f"{name}_sum", f"{name}_count"} if kind == "histogram" else {name}
    return names


def family_of(name: str) -> str:
    """Return the name of the family that a sample belongs to."""
    known = families()
    return name if name in known else re.sub(r"_(bucket|sum|count)$", "", name)
