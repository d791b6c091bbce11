"""What a training costs the API server, counted where the requests arrive. Their order is in the operator's unit tests."""

from __future__ import annotations

import json
from collections import Counter

import pytest

from cluster.up import Cluster
from cluster.waiting import until
from e2e.workspace import Workspace

pytestmark = pytest.mark.cluster
AGENT = "detector-training/"
STATUS, EVENT, JOB = ("patch", "detectortrainings/status"), ("create", "events"), ("create", "jobs")
FREE = {("list", "events"), ("get", "pods/log")}
"""How often it looks at what waits, and at a log, depends on how long things take."""


def test_a_training_costs_few_requests(workspace: Workspace, own_cluster: Cluster):
    workspace.apply(workspace.training())
    workspace.wait_for_phase("Succeeded")
    until(lambda: len(workspace.events()) == 7, "the last event", seconds=10)
    counted = requests(own_cluster, workspace.kubectl.namespace)
    assert (counted.pop(JOB), counted.pop(EVENT)) == (2, 7)
    assert counted.pop(STATUS) <= 12
    assert counted.keys() <= FREE
    assert counted.total() <= 10


def requests(cluster: Cluster, namespace: str) -> Counter[tuple[str, str]]:
    """The operator's requests in a namespace, by verb and resource."""
    events = map(json.loads, (cluster.places.logs / "audit.log").read_text().splitlines())
    about = [
        (event["verb"], event["objectRef"])
        for event in events
        if event["userAgent"].startswith(AGENT) and event.get("objectRef", {}).get("namespace") == namespace
    ]
    return Counter((verb, "/".join(filter(None, (what["resource"], what.get("subresource"))))) for verb, what in about)
