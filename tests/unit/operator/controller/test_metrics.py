"""What a scrape shows after what has happened."""

from __future__ import annotations

import asyncio
import gzip
import inspect
import socket

import pytest
from aiohttp import ClientSession
from prometheus_client.openmetrics.parser import text_string_to_metric_families as parsed_openmetrics
from prometheus_client.parser import text_string_to_metric_families as parsed

from detector_operator.api import (
    Condition,
    ConditionType,
    FailureStatus,
    LatestRun,
    Phase,
    Status,
    TrainingStatus,
    ValidationStatus,
)
from detector_operator.controller import metrics as module
from detector_operator.controller.metrics import Metrics
from detector_operator.controller.metrics_protocol import OperatorMetrics
from detector_operator.controller.metrics_server import metrics_served
from detector_operator.controller.store import Store
from detector_operator.controller.training_collector import stored_statuses
from detector_trainer.contract import Finding, Severity, Verdict
from support.trainings import after

NOBODY = lambda: []  # noqa: E731


def samples(metrics):
    """Every sample of a scrape: (name, labels) to value."""
    text, _ = metrics.exposition("")
    return {
        (sample.name.removeprefix("detector_training_"), tuple(sorted(sample.labels.items()))): sample.value
        for family in parsed(text.decode())
        for sample in family.samples
    }


def shown(metrics, name):
    """The samples of one name that are not 0, by the values of their labels in the order of the labels' names."""
    return {
        tuple(value for _, value in labels): number
        for (found, labels), number in samples(metrics).items()
        if found == name and number
    }


def status(phase, reason="Waiting", *, since=0.0, **parts):
    """A status whose conditions all changed at one moment."""
    wanted = {
        ConditionType.TRAINING: phase is Phase.TRAINING,
        ConditionType.SUCCEEDED: phase is Phase.SUCCEEDED,
        ConditionType.FAILED: phase in (Phase.FAILED, Phase.REJECTED),
    }
    conditions = [
        Condition(
            type=kind,
            status=str(true),
            observed_generation=1,
            last_transition_time=after(since),
            reason=reason,
            message="It is so.",
        )
        for kind, true in wanted.items()
    ]
    generation = parts.pop("spec_generation", 1)
    return Status(phase=phase, phase_time=after(since), conditions=conditions, spec_generation=generation, **parts)


def stepped(seconds, **numbers):
    """Numbers of a training whose newest step was first observed so many seconds after the beginning."""
    return TrainingStatus(latest_run=LatestRun(attempt=1, step_time=after(seconds)), **numbers)


def of(*trainings, now=0.0, **more):
    """Metrics of these trainings: (namespace, name, status)."""
    return Metrics(lambda: trainings, clock=lambda: after(now), **more)


# Trainings


def test_trainings_are_counted_by_namespace_phase_and_reason():
    metrics = of(
        ("a", "one", status(Phase.QUEUED, "Unschedulable")),
        ("a", "two", status(Phase.QUEUED, "Unschedulable")),
        ("b", "one", status(Phase.TRAINING, "Training")),
    )
    assert shown(metrics, "trainings") == {("a", "Queued", "Unschedulable"): 2, ("b", "Training", "Training"): 1}


def test_a_training_without_a_status_is_pending():
    assert shown(of(("a", "one", None)), "trainings") == {("a", "Pending", "Other"): 1}


def test_a_reason_that_is_not_in_the_contract_is_other():
    metrics = of(("a", "one", status(Phase.FAILED, "WrittenByAContainer4711")))
    assert shown(metrics, "trainings") == {("a", "Failed", "Other"): 1}
    assert shown(metrics, "info") == {("one", "a", "Failed", "Other"): 1}


def test_a_deleted_training_vanishes():
    trainings = [("a", "one", status(Phase.TRAINING, "Training"))]
    metrics = Metrics(lambda: trainings)
    assert shown(metrics, "trainings")
    trainings.clear()
    assert {labels for _, labels in samples(metrics) if ("name", "one") in labels} == set()
    assert shown(metrics, "trainings") == {}


def test_each_training_has_its_numbers():
    numbers = stepped(100, step=40, total_steps=100, loss=0.5, steps_per_second=2.0, seconds_remaining=30)
    metrics = of(("a", "one", status(Phase.TRAINING, "Training", since=60, training=numbers)), now=130)
    found = {name: value for (name, labels), value in samples(metrics).items() if labels == (("name", "one"), ("namespace", "a"))}
    assert found == {
        "last_step": 40,
        "num_steps": 100,
        "loss": 0.5,
        "steps_per_second": 2.0,
        "remaining_seconds": 30,
        "last_step_age_seconds": 30,
        "phase_start_timestamp_seconds": after(60).timestamp(),
    }


def test_the_age_of_a_step_is_never_negative():
    numbers = stepped(100, step=40)
    metrics = of(("a", "one", status(Phase.TRAINING, training=numbers)), now=90)
    assert samples(metrics)["last_step_age_seconds", (("name", "one"), ("namespace", "a"))] == 0


def test_before_the_first_step_no_age_is_shown():
    metrics = of(("a", "one", status(Phase.TRAINING, training=TrainingStatus(progress_time=after(0)))), now=9000)
    assert shown(metrics, "last_step_age_seconds") == {}


@pytest.mark.parametrize("phase", [phase for phase in Phase if phase is not Phase.TRAINING])
def test_what_does_not_train_has_no_speed_and_no_age(phase):
    """A training that has ended or is queued would look stalled."""
    numbers = stepped(0, step=40, loss=0.5, steps_per_second=2.0, seconds_remaining=30)
    metrics = of(("a", "one", status(phase, training=numbers)), now=9000)
    for name in ("steps_per_second", "last_step_age_seconds", "remaining_seconds"):
        assert shown(metrics, name) == {}
    assert shown(metrics, "last_step") == {("one", "a"): 40}


def test_metrics_of_each_training_can_be_switched_off():
    numbers = stepped(0, step=40, loss=0.5, steps_per_second=2.0)
    metrics = of(("a", "one", status(Phase.TRAINING, "Training", training=numbers)), training_metrics=False)
    assert [labels for _, labels in samples(metrics) if "name" in dict(labels)] == []
    assert shown(metrics, "trainings") == {("a", "Training", "Training"): 1}


def test_statuses_are_read_from_the_store():
    store = Store()
    metadata = {"namespace": "a", "uid": "1", "resourceVersion": "1"}
    written = status(Phase.TRAINING, "Training", training=TrainingStatus(step=3)).model_dump(mode="json", by_alias=True)
    store.put_resource({"metadata": {**metadata, "name": "new"}})
    store.put_resource({"metadata": {**metadata, "name": "trains", "uid": "2"}, "status": written})
    store.put_resource({"metadata": {**metadata, "name": "unreadable", "uid": "3"}, "status": {"phase": "Unheard-of"}})
    found = {name: known and (known.phase, known.training.step) for _, name, known in stored_statuses(store)}
    assert found == {"new": None, "trains": (Phase.TRAINING, 3), "unreadable": None}


# Transitions


def test_the_reason_and_the_start_of_a_phase_are_those_of_the_status():
    found = status(Phase.QUEUED, "Queued", since=70).model_copy(update={"reason": "Unschedulable"})
    metrics = of(("a", "one", found))
    assert shown(metrics, "trainings") == {("a", "Queued", "Unschedulable"): 1}
    assert shown(metrics, "phase_start_timestamp_seconds") == {("one", "a"): after(70).timestamp()}
    metrics.transition(found, status(Phase.TRAINING), after(100))
    assert shown(metrics, "phase_duration_seconds_sum") == {("Queued",): 30}


def test_the_age_of_a_step_counts_from_when_it_was_first_observed():
    """Other numbers change too: a checkpoint is not a step."""
    numbers = stepped(50, step=40, progress_time=after(100))
    metrics = of(("a", "one", status(Phase.TRAINING, training=numbers)), now=110)
    assert shown(metrics, "last_step_age_seconds") == {("one", "a"): 60}


def test_a_run_that_resumes_shows_no_age_before_its_first_step():
    numbers = TrainingStatus(step=40, progress_time=after(100), latest_run=LatestRun(attempt=2))
    metrics = of(("a", "one", status(Phase.TRAINING, training=numbers)), now=9000)
    assert shown(metrics, "last_step_age_seconds") == {}


def test_the_time_in_a_phase_is_observed_when_it_ends():
    metrics = Metrics(NOBODY)
    metrics.transition(status(Phase.TRAINING, since=0), status(Phase.SUCCEEDED, since=500), after(500))
    assert shown(metrics, "phase_duration_seconds_count") == {("Training",): 1}
    assert shown(metrics, "phase_duration_seconds_sum") == {("Training",): 500}


def test_a_status_of_the_same_phase_ends_nothing():
    metrics = Metrics(NOBODY)
    metrics.transition(status(Phase.TRAINING), status(Phase.TRAINING), after(500))
    metrics.transition(None, status(Phase.VALIDATING), after(500))
    assert shown(metrics, "phase_duration_seconds_count") == {}


def test_how_long_a_training_had_ended_is_not_observed():
    """Only a changed spec ends that phase, and people change it when they like."""
    metrics = Metrics(NOBODY)
    metrics.transition(status(Phase.FAILED), status(Phase.PENDING, spec_generation=2), after(500))
    assert shown(metrics, "phase_duration_seconds_count") == {}


def verdict(kind, *, attempt=1, findings=(), seconds=12.5):
    return status(
        Phase.QUEUED,
        validation=ValidationStatus(attempt=attempt, verdict=kind, duration_seconds=seconds, findings=list(findings)),
    )


def finding(code, severity=Severity.ERROR):
    return Finding(code=code, severity=severity, message="Wrong.", hint="Fix it.", count=7)


def test_a_verdict_is_counted_once_with_its_findings():
    metrics = Metrics(NOBODY)
    findings = [finding("label-map/reserved-id"), finding("config/not-loaded", Severity.WARNING)]
    found = verdict(Verdict.REJECT, findings=findings)
    metrics.transition(status(Phase.VALIDATING, validation=ValidationStatus(attempt=1)), found, after(20))
    metrics.transition(found, found, after(30))
    assert shown(metrics, "verdicts_total") == {("reject",): 1}
    assert shown(metrics, "findings_total") == {("label-map/reserved-id", "error"): 1, ("config/not-loaded", "warning"): 1}
    assert shown(metrics, "validation_duration_seconds_sum") == {(): 12.5}


def test_the_verdict_of_a_new_validation_is_counted_again():
    metrics = Metrics(NOBODY)
    metrics.transition(verdict(Verdict.REJECT), verdict(Verdict.PASS, attempt=2), after(20))
    assert shown(metrics, "verdicts_total") == {("pass",): 1}


def test_a_code_that_no_check_has_is_other():
    metrics = Metrics(NOBODY)
    metrics.transition(None, verdict(Verdict.REJECT, findings=[finding(f"made/up-{number}") for number in range(20)]), after(0))
    assert shown(metrics, "findings_total") == {("Other", "error"): 20}


def ended(reason, *, restarts=0, preemptions=0, spec_generation=1):
    return status(
        Phase.QUEUED,
        spec_generation=spec_generation,
        training=TrainingStatus(restarts=restarts, preemptions=preemptions),
        failure=FailureStatus(reason=reason, message="It ended."),
    )


@pytest.mark.parametrize(
    ("before", "now", "restarts", "preemptions"),
    [
        (None, ended("OOMKilled", restarts=1), {"OOMKilled": 1}, {}),
        (ended("OOMKilled", restarts=1), ended("OOMKilled", restarts=1), {}, {}),
        (ended("OOMKilled", restarts=1), ended("StorageError", restarts=2), {"StorageError": 1}, {}),
        (None, ended("NodeLost", preemptions=1), {}, {"NodeLost": 1}),
        (None, ended("Stopped", preemptions=1), {}, {"Stopped": 1}),
        # The status keeps the reason of the newest end only.
        (None, ended("OOMKilled", restarts=3), {"OOMKilled": 1, "Other": 2}, {}),
        (None, ended("Preempted", restarts=1, preemptions=1), {"Other": 1}, {"Preempted": 1}),
        (None, ended("OOMKilled", restarts=1, preemptions=1), {"OOMKilled": 1}, {"Other": 1}),
        # A changed spec, or a new try of the same one, counts from 0 again.
        (ended("OOMKilled", restarts=3), ended("StorageError", restarts=1, spec_generation=2), {"StorageError": 1}, {}),
        (ended("OOMKilled", restarts=3), ended("StorageError", restarts=1), {"StorageError": 1}, {}),
        (ended("OOMKilled", restarts=3), ended("OOMKilled", spec_generation=2), {}, {}),
        (None, ended("WrittenByAContainer4711", restarts=1), {"Other": 1}, {}),
    ],
)
def test_restarts_and_preemptions_are_counted_by_reason(before, now, restarts, preemptions):
    metrics = Metrics(NOBODY)
    metrics.transition(before, now, after(0))
    assert shown(metrics, "restarts_total") == {(reason,): count for reason, count in restarts.items()}
    assert shown(metrics, "preemptions_total") == {(reason,): count for reason, count in preemptions.items()}


# The operator itself


def test_it_receives_all_that_the_operator_measures():
    for name, method in inspect.getmembers(OperatorMetrics, inspect.isfunction):
        if not name.startswith("_"):
            assert inspect.signature(getattr(Metrics, name)) == inspect.signature(method), name


def test_requests_are_counted_by_method_and_code():
    metrics = Metrics(NOBODY)
    for code in ("200", "200", "409", "timeout", "connection-error"):
        metrics.api_request("PATCH", code, 0.02)
    assert shown(metrics, "api_requests_total") == {
        ("200", "PATCH"): 2,
        ("409", "PATCH"): 1,
        ("timeout", "PATCH"): 1,
        ("connection-error", "PATCH"): 1,
    }
    assert shown(metrics, "api_request_duration_seconds_count") == {("PATCH",): 5}


def test_a_code_or_method_that_nobody_knows_is_other():
    metrics = Metrics(NOBODY)
    metrics.api_request("BREW", "4711", 0.02)
    assert shown(metrics, "api_requests_total") == {("Other", "Other"): 1}


def test_reconciles_are_counted_by_result_and_errors_by_themselves():
    metrics = Metrics(NOBODY)
    for result in ("success", "success", "error", "unheard-of"):
        metrics.reconcile(result, 0.01)
    assert shown(metrics, "reconcile_duration_seconds_count") == {("success",): 2, ("error",): 1, ("Other",): 1}
    assert shown(metrics, "reconcile_errors_total") == {(): 1}


def test_the_queue_shows_its_depth():
    metrics = Metrics(NOBODY)
    metrics.queue_depth(5)
    metrics.queue_depth(2)
    assert shown(metrics, "queue_depth") == {(): 2}


def test_the_age_of_the_last_resync_counts_from_the_last_success(monkeypatch):
    moment = 100.0
    monkeypatch.setattr(module, "monotonic", lambda: moment)
    metrics = Metrics(NOBODY)
    moment = 130.0
    assert shown(metrics, "last_resync_age_seconds") == {(): 30}
    metrics.resync(1.5, succeeded=True)
    moment = 170.0
    assert shown(metrics, "last_resync_age_seconds") == {(): 40}
    metrics.resync(15.0, succeeded=False)
    moment = 240.0
    assert shown(metrics, "last_resync_age_seconds") == {(): 110}
    assert shown(metrics, "resync_duration_seconds_sum") == {("success",): 1.5, ("error",): 15.0}


def test_a_namespace_is_lost_until_it_is_back():
    metrics = Metrics(NOBODY)
    metrics.namespace_lost("a", lost=True)
    metrics.namespace_lost("", lost=True)
    assert shown(metrics, "namespace_lost") == {("a",): 1, ("*",): 1}
    metrics.namespace_lost("a", lost=False)
    assert shown(metrics, "namespace_lost") == {("*",): 1}


def test_failed_log_reads_are_counted():
    metrics = Metrics(NOBODY)
    metrics.log_read_failed()
    assert shown(metrics, "log_read_failures_total") == {(): 1}


def test_it_tells_its_version_and_its_memory():
    found = {name for name, _ in samples(Metrics(NOBODY))}
    assert {"build_info", "process_resident_memory_bytes"} <= found


def test_counters_start_at_zero():
    """Prometheus sees no increase where a series appears with the value 1."""
    found = samples(Metrics(NOBODY))
    for name, labels in (
        ("restarts_total", {"reason": "OOMKilled"}),
        ("preemptions_total", {"reason": "NodeLost"}),
        ("verdicts_total", {"verdict": "reject"}),
        ("findings_total", {"code": "label-map/reserved-id", "severity": "error"}),
        ("reconcile_errors_total", {}),
        ("log_read_failures_total", {}),
        ("phase_duration_seconds_count", {"phase": "Training"}),
    ):
        assert found[name, tuple(sorted(labels.items()))] == 0


def test_two_operators_in_one_process_do_not_share_numbers():
    one, other = Metrics(NOBODY), Metrics(NOBODY)
    one.log_read_failed()
    assert shown(other, "log_read_failures_total") == {}


# Serving


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def scraped(metrics, path="/metrics", **headers):
    async def main():
        port = free_port()
        async with (
            metrics_served(port, metrics.exposition),
            ClientSession(f"http://127.0.0.1:{port}", auto_decompress=False) as session,
            session.get(path, headers={"Accept-Encoding": "identity", **headers}) as response,
        ):
            return response.status, response.headers, await response.read()

    return asyncio.run(main())


def test_a_scrape_without_wishes_gets_the_text_format():
    code, headers, body = scraped(Metrics(NOBODY))
    assert (code, headers["Content-Type"]) == (200, "text/plain; version=0.0.4; charset=utf-8")
    assert "detector_training_build" in {family.name.removesuffix("_info") for family in parsed(body.decode())}


def test_a_scrape_that_prefers_openmetrics_gets_it():
    _, headers, body = scraped(Metrics(NOBODY), Accept="application/openmetrics-text;version=1.0.0,text/plain;q=0.5")
    assert headers["Content-Type"].startswith("application/openmetrics-text; version=1.0.0")
    assert "detector_training_build" in {family.name for family in parsed_openmetrics(body.decode())}


def test_a_scrape_that_accepts_gzip_gets_less_bytes():
    _, headers, body = scraped(Metrics(NOBODY), **{"Accept-Encoding": "gzip"})
    assert headers["Content-Encoding"] == "gzip"
    assert b"detector_training_build_info" in gzip.decompress(body)


def test_nothing_else_is_served():
    assert scraped(Metrics(NOBODY), "/")[0] == 404


def test_port_0_serves_nothing():
    async def main():
        async with metrics_served(0, Metrics(NOBODY).exposition):
            return [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]

    assert asyncio.run(main()) == []


def test_a_port_that_is_taken_is_reported():
    async def main():
        with socket.socket() as taken:
            taken.bind(("", 0))
            taken.listen()
            async with metrics_served(taken.getsockname()[1], Metrics(NOBODY).exposition):
                pass

    with pytest.raises(OSError, match="address already in use"):
        asyncio.run(main())


def test_no_series_has_a_time_of_creation():
    """They would double what Prometheus stores."""
    assert [name for name, _ in samples(Metrics(NOBODY)) if name.endswith("_created")] == []
