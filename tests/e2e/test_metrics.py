"""A real Prometheus scrapes the operator through the chart's Service, and evaluates the chart's alerts on what it gets."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Callable
from typing import Any

import pytest

from cluster.operators import NAMESPACE, RELEASE, Operator
from cluster.prometheus import Prometheus, service
from cluster.up import Cluster
from cluster.waiting import until
from e2e.workspace import Workspace
from support.monitoring import ALERTS, expressions, families, family_of, metrics_in

pytestmark = pytest.mark.cluster
JOB = "detector-training"
HALTS = {"FAKE_AT_STEP": "7", "FAKE_WAITS_FOR": "go", "FAKE_ONCE": "1"}
"""It takes seven steps, and no more before it is asked to stop."""
SECONDS = 30
"""Some scrapes, of which one may be too late."""


@pytest.fixture
def watched(own_cluster: Cluster, operator: Operator, prometheus: Callable[..., Prometheus]) -> Prometheus:
    """A Prometheus that scrapes the operator as the chart's ServiceMonitor configures it."""
    assert operator.cluster is own_cluster
    endpoint = service(own_cluster, JOB, namespace=NAMESPACE, name=f"{RELEASE}-metrics", port="metrics")
    scraped = endpoint | {"honor_labels": True, "scrape_interval": "2s", "scrape_timeout": "2s"}
    running = prometheus(scraped, rules=[ALERTS])
    until(lambda: running.value(f'up{{job="{JOB}"}}') == 1, "the first scrape of the operator", seconds=SECONDS)
    return running


def value(prometheus: Prometheus, name: str, /, **labels: str) -> float | None:
    """The sum of the series of a metric that have these labels."""
    return prometheus.value(f"sum({selector(name, **labels)})")


def counted(prometheus: Prometheus, name: str, /, **labels: str) -> float:
    """The value of a counter, which exists from the start: without one the newest scrape has failed."""
    return until(lambda: value(prometheus, name, **labels), name, seconds=SECONDS)


def selector(name: str, /, **labels: str) -> str:
    return f"{name}{{{', '.join(f'{key}={json.dumps(text)}' for key, text in labels.items())}}}"


def declared(prometheus: Prometheus) -> set[str]:
    """The families that Prometheus has read, also those without samples."""
    with urllib.request.urlopen(f"{prometheus.url}/api/v1/metadata", timeout=SECONDS) as response:
        return set(json.load(response)["data"])


def alerts(prometheus: Prometheus, name: str, /, **labels: str) -> list[dict[str, Any]]:
    found = [alert for alert in prometheus.alerts() if alert["labels"]["alertname"] == name]
    return [alert for alert in found if labels.items() <= alert["labels"].items()]


def in_open_metrics(family: str) -> str:
    """The name of a family in the format that Prometheus prefers."""
    return family.removesuffix("_total").removesuffix("_info")


def test_the_target_is_up_and_every_family_of_the_dashboard_is_there(watched: Prometheus):
    until(lambda: [target["health"] for target in watched.targets()] == ["up"], "the target to be up", seconds=SECONDS)
    wanted = {family_of(name) for expression in expressions() for name in metrics_in(expression)}
    assert wanted <= families().keys()

    def missing() -> set[str]:
        there = declared(watched)
        return {family for family in wanted if family not in there and in_open_metrics(family) not in there}

    until(lambda: not missing(), "every family", seconds=SECONDS)
    for expression in expressions():
        watched.query(expression)  # raises where Prometheus does not accept it


def test_what_the_operator_measures_about_itself_is_there(workspace: Workspace, watched: Prometheus):
    workspace.apply(workspace.training())
    workspace.wait_for_phase("Succeeded")
    for name in (
        "detector_training_reconcile_duration_seconds_count",
        "detector_training_api_requests_total",
        "detector_training_api_request_duration_seconds_count",
        "process_resident_memory_bytes",
        "detector_training_build_info",
    ):
        until(lambda name=name: (value(watched, name) or 0) > 0, name, seconds=SECONDS)  # type: ignore[misc]
    assert counted(watched, "detector_training_queue_depth") >= 0
    assert counted(watched, "detector_training_last_resync_age_seconds") < 1800


def test_a_training_is_shown_from_its_phases_to_its_deletion(workspace: Workspace, watched: Prometheus):
    space = workspace.kubectl.namespace
    before = counted(watched, "detector_training_verdicts_total", verdict="pass")
    workspace.apply(workspace.training(fake=HALTS))
    workspace.wait(lambda status: status.get("training", {}).get("step") == 7, "at step 7")

    def shows(metric: str, wanted: float, /, **labels: str) -> None:
        labels = {"namespace": space, **labels}
        until(lambda: value(watched, metric, **labels) == wanted, f"{metric} {labels} to be {wanted}", seconds=SECONDS)

    shows("detector_training_trainings", 1, phase="Training")
    shows("detector_training_info", 1, name="pets", phase="Training")
    shows("detector_training_last_step", 7, name="pets")
    shows("detector_training_num_steps", 20, name="pets")
    assert (value(watched, "detector_training_last_step_age_seconds", namespace=space, name="pets") or 0) < 120
    workspace.files.write("models/pets/go", "")
    workspace.wait_for_phase("Succeeded")
    shows("detector_training_trainings", 1, phase="Succeeded", reason="Completed")
    shows("detector_training_info", 1, name="pets", phase="Succeeded", reason="Completed")
    shows("detector_training_last_step", 20, name="pets")
    shows("detector_training_loss", 0.05, name="pets")
    until(
        lambda: value(watched, "detector_training_last_step_age_seconds", namespace=space) is None,
        "no age of a step",
        seconds=SECONDS,
    )
    until(
        lambda: value(watched, "detector_training_verdicts_total", verdict="pass") == before + 1,
        "the verdict",
        seconds=SECONDS,
    )
    until(
        lambda: (value(watched, "detector_training_phase_duration_seconds_count", phase="Training") or 0) >= 1,
        "the time in phase Training",
        seconds=SECONDS,
    )
    workspace.kubectl("delete", "dt", "pets", "--timeout=30s")
    until(lambda: watched.query(selector("detector_training_info", namespace=space)) == [], "nothing of it", seconds=SECONDS)
    assert watched.query(selector("detector_training_trainings", namespace=space)) == []


def test_a_failed_training_raises_an_alert(workspace: Workspace, watched: Prometheus):
    workspace.apply(workspace.training(fake={"FAKE_END": "exit:65:DataError"}, validation={"policy": "Skip"}))
    workspace.wait_for_phase("Failed")
    space = workspace.kubectl.namespace
    (alert,) = until(
        lambda: alerts(watched, "DetectorTrainingFailed", namespace=space, name="pets") or None, "the alert", seconds=SECONDS
    )
    assert (alert["state"], alert["labels"]["reason"]) == ("firing", "DataError")
    assert alert["annotations"]["runbook_url"].endswith("#detectortrainingfailed")


def test_a_restart_is_counted_by_its_reason(workspace: Workspace, watched: Prometheus):
    before = counted(watched, "detector_training_restarts_total", reason="StorageError")
    fake = {"FAKE_END": "exit:74:StorageError", "FAKE_AT_STEP": "7", "FAKE_ONCE": "1"}
    workspace.apply(workspace.training(fake=fake, validation={"policy": "Skip"}))
    status = workspace.wait_for_phase("Succeeded", "Failed")
    assert (status["phase"], status["training"]["restarts"]) == ("Succeeded", 1)
    until(
        lambda: value(watched, "detector_training_restarts_total", reason="StorageError") == before + 1,
        "the restart",
        seconds=SECONDS,
    )


def test_an_operator_that_is_gone_raises_an_alert(watched: Prometheus, operator: Operator):
    until(lambda: not alerts(watched, "DetectorTrainingOperatorDown"), "no alert", seconds=SECONDS)
    operator.stop()
    try:
        until(lambda: alerts(watched, "DetectorTrainingOperatorDown") or None, "the alert, before its 5 minutes", seconds=90)
    finally:
        operator.start()
    until(lambda: not alerts(watched, "DetectorTrainingOperatorDown"), "its end", seconds=60)


def test_the_api_server_accepts_what_is_not_installed_by_default(operator: Operator):
    """But for kinds that need other CRDs; tests/unit/chart holds what is in them."""
    values = ("networkPolicy.enabled", "podDisruptionBudget.enabled", "metrics.dashboard.enabled")
    rendered = operator.helm.render(
        "--set=image.repository=none", "--set=trainer.image=none", *(f"--set={name}=true" for name in values)
    )
    manifests = [found for found in rendered if found["kind"] in ("NetworkPolicy", "PodDisruptionBudget", "ConfigMap")]
    assert len(manifests) == len(values)
    text = "\n---\n".join(json.dumps(manifest) for manifest in manifests)
    operator.kubectl("apply", "--server-side", "--dry-run=server", "-f", "-", stdin=text)
