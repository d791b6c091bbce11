"""Export the operator's metrics to Prometheus. docs/runbook.md explains how to react to them.

The values of labels are bounded, whatever a container writes to its termination message: reasons are those of
contract/reasons.py, codes those of contract/finding_codes.py, and any other value becomes `Other`.
"""

from __future__ import annotations

import platform
import re
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from time import monotonic
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, Info, ProcessCollector
from prometheus_client.exposition import choose_encoder
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from detector_operator.api import Phase, Status, TrainingStatus, ValidationStatus
from detector_operator.controller.training_collector import OTHER, PREFIX, REASONS, TrainingCollector, Trainings, known_reason
from detector_operator.reconcile.run_end import INTERRUPTIONS
from detector_trainer import __version__
from detector_trainer.contract import Verdict
from detector_trainer.contract.finding_codes import FINDING_CODES
from detector_trainer.contract.renamed_codes import current_code

MINUTE, HOUR, DAY = 60, 3600, 86400
PHASE_BUCKETS: Final = (1, 5, 15, MINUTE, 5 * MINUTE, 15 * MINUTE, HOUR, 4 * HOUR, 12 * HOUR, DAY, 3 * DAY, 7 * DAY)
VALIDATION_BUCKETS: Final = (1, 2, 5, 10, 30, MINUTE, 2 * MINUTE, 5 * MINUTE, 10 * MINUTE, 30 * MINUTE, HOUR, 2 * HOUR)
REQUEST_BUCKETS: Final = (0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 30)
RESYNC_BUCKETS: Final = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, MINUTE)
RESULTS: Final = ("success", "error")
METHODS: Final = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"})
CODE: Final = re.compile(r"[1-5][0-9]{2}|timeout|connection-error")
ALL_NAMESPACES: Final = "*"
"""Label value for the whole cluster: Prometheus drops labels with an empty value."""


class Metrics:
    """Receive measurements and render them for a scrape. Implements `OperatorMetrics`.

    Args:
        trainings: returns the existing resources. Called in a thread at each scrape.
        training_metrics: whether to export gauges of each training.
        clock: the operator's clock.
    """

    def __init__(
        self, trainings: Trainings, *, training_metrics: bool = True, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self.registry = registry = CollectorRegistry()
        registry.register(TrainingCollector(trainings, clock, each=training_metrics))
        ProcessCollector(registry=registry)
        self._resynced = monotonic()

        def counter(name: str, text: str, *labels: str) -> Counter:
            return Counter(f"{PREFIX}_{name}", text, labels, registry=registry)

        def gauge(name: str, text: str, *labels: str) -> Gauge:
            return Gauge(f"{PREFIX}_{name}", text, labels, registry=registry)

        def histogram(name: str, text: str, buckets: tuple[float, ...], *labels: str) -> Histogram:
            return Histogram(f"{PREFIX}_{name}", text, labels, registry=registry, buckets=buckets)

        build = Info(f"{PREFIX}_build", "Version of the operator.", registry=registry)
        build.info({"version": __version__, "python_version": platform.python_version()})
        self._phases = histogram("phase_duration_seconds", "Time spent in each completed phase.", PHASE_BUCKETS, "phase")
        self._validations = histogram(
            "validation_duration_seconds", "Duration of validations that produced a verdict.", VALIDATION_BUCKETS
        )
        self._verdicts = counter("verdicts", "Verdicts of validations.", "verdict")
        self._findings = counter("findings", "Findings of validations, the first 20 of each.", "code", "severity")
        self._restarts = counter("restarts", "Training runs restarted after a failure, by its reason.", "reason")
        self._preemptions = counter(
            "preemptions", "Training runs restarted after an interruption that is not a failure, by its reason.", "reason"
        )
        self._reconciles = histogram("reconcile_duration_seconds", "Duration of reconciles.", REQUEST_BUCKETS, "result")
        self._errors = counter("reconcile_errors", "Reconciles that ended with an error and are retried.")
        self._depth = gauge("queue_depth", "Resources queued for a reconcile.")
        self._requests = counter("api_requests", "Requests to the API server, except watches.", "method", "code")
        self._request_durations = histogram(
            "api_request_duration_seconds", "Time until the headers of the API server's response.", REQUEST_BUCKETS, "method"
        )
        self._log_failures = counter("log_read_failures", "Container logs that could not be read.")
        self._resyncs = histogram(
            "resync_duration_seconds",
            "Duration of resyncs, by result.",
            RESYNC_BUCKETS,
            "result",
        )
        gauge(
            "last_resync_age_seconds", "Seconds since the last successful resync, or since the start of the operator."
        ).set_function(lambda: monotonic() - self._resynced)
        self._lost = gauge("namespace_lost", "1 if a watched namespace cannot be read; * is the whole cluster.", "namespace")
        self._declare()

    def _declare(self) -> None:
        """Create the series of known labels with the value 0: Prometheus cannot see an increase from absent to 1."""
        for phase in Phase:
            if not phase.terminal:
                self._phases.labels(phase.value)
        for verdict in Verdict:
            self._verdicts.labels(verdict.value)
        for code, severity in FINDING_CODES.items():
            self._findings.labels(code, severity)
        for reason in (*sorted(REASONS), OTHER):
            self._restarts.labels(reason)
        for reason in (*sorted(INTERRUPTIONS), OTHER):
            self._preemptions.labels(reason)
        for result in RESULTS:
            self._reconciles.labels(result)
        for result in RESULTS:
            self._resyncs.labels(result)

    def exposition(self, accept: str) -> tuple[bytes, str]:
        """Return everything in the format that an Accept header prefers, and its content type."""
        encode, content_type = choose_encoder(accept)
        return encode(_WithoutCreated(self.registry)), content_type

    def api_request(self, method: str, code: str, seconds: float) -> None:
        """Record a request to the API server."""
        verb = method if method in METHODS else OTHER
        self._requests.labels(verb, code if CODE.fullmatch(code) else OTHER).inc()
        self._request_durations.labels(verb).observe(seconds)

    def reconcile(self, result: str, seconds: float) -> None:
        """Record a reconcile."""
        self._reconciles.labels(result if result in RESULTS else OTHER).observe(seconds)
        if result == "error":
            self._errors.inc()

    def queue_depth(self, depth: int) -> None:
        """Set the number of resources that are queued."""
        self._depth.set(depth)

    def resync(self, seconds: float, succeeded: bool) -> None:
        """Record that all lists of a watched namespace or the cluster were read, or that this failed."""
        self._resyncs.labels("success" if succeeded else "error").observe(seconds)
        if succeeded:
            self._resynced = monotonic()

    def log_read_failed(self) -> None:
        """Count a container log that could not be read."""
        self._log_failures.inc()

    def namespace_lost(self, namespace: str, lost: bool) -> None:
        """Set whether a watched namespace cannot be read."""
        self._lost.labels(namespace or ALL_NAMESPACES).set(lost)

    def transition(self, before: Status | None, after: Status, now: datetime) -> None:
        """Record what changed between two statuses.

        Args:
            before: the status that was replaced; None if the resource had none.
            after: the status that was written.
            now: when it was written, by the operator's clock.
        """
        since = before.phase_time if before is not None else None
        if before is not None and since is not None and before.phase is not after.phase and not before.phase.terminal:
            self._phases.labels(before.phase.value).observe(max(0.0, (now - since).total_seconds()))
        self._count_verdict(before, after)
        self._count_restarts(before, after)

    def _count_verdict(self, before: Status | None, after: Status) -> None:
        known = (before.validation if before is not None else None) or ValidationStatus()
        found = after.validation or ValidationStatus()
        if found.verdict is None or (known.verdict is not None and known.attempt == found.attempt):
            return
        self._verdicts.labels(found.verdict.value).inc()
        if found.duration_seconds is not None:
            self._validations.observe(found.duration_seconds)
        for finding in found.findings:
            code = current_code(finding.code)  # an older trainer image reports the old name
            code = code if code in FINDING_CODES else OTHER
            self._findings.labels(code, finding.severity.value).inc()

    def _count_restarts(self, before: Status | None, after: Status) -> None:
        """Count new restarts and preemptions. A status has the reason of the newest only: earlier ones are `Other`."""
        same_generation = before is not None and before.spec_generation == after.spec_generation
        known = (before.training if before is not None and same_generation else None) or TrainingStatus()
        found = after.training or TrainingStatus()
        restarts, preemptions = _increase(known.restarts, found.restarts), _increase(known.preemptions, found.preemptions)
        reason = known_reason(after.failure.reason if after.failure is not None else None)
        interrupted = preemptions > 0 and (restarts == 0 or reason in INTERRUPTIONS)
        _count(self._restarts, restarts, OTHER if interrupted else reason)
        _count(self._preemptions, preemptions, reason if interrupted else OTHER)


def _increase(before: int, after: int) -> int:
    """Return the increase. A lower number means that the count restarted from 0."""
    return after - before if after >= before else after


def _count(counter: Counter, times: int, newest: str) -> None:
    if times:
        counter.labels(newest).inc()
    if times > 1:
        counter.labels(OTHER).inc(times - 1)


class _WithoutCreated(Collector):
    """Collect a registry without the creation times of its series, which would double the number of series."""

    def __init__(self, registry: Collector) -> None:
        self._registry = registry

    def collect(self) -> Iterable[Metric]:
        """Yield the families."""
        for family in self._registry.collect():
            family.samples = [sample for sample in family.samples if not sample.name.endswith("_created")]
            yield family
