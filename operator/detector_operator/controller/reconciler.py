"""Reconcile one resource: observe, decide, act. Idempotent."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from http import HTTPStatus
from typing import Final, assert_never

from aiohttp import ClientError
from pydantic import ValidationError

from detector_operator.api import DetectorTraining
from detector_operator.builders import labels
from detector_operator.builders.manifest import Manifest
from detector_operator.builders.settings import Settings
from detector_operator.builders.training_job import build_training_job
from detector_operator.builders.validation_job import build_validation_job
from detector_operator.controller.api_errors import AlreadyExistsError, ApiError, ConflictError
from detector_operator.controller.api_server import CORE, JOBS, ApiServer
from detector_operator.controller.config_maps import ensure_config_map
from detector_operator.controller.create_rejections import CreateRejections
from detector_operator.controller.event_reader import EventReader
from detector_operator.controller.event_recorder import EventRecorder
from detector_operator.controller.log_format import about
from detector_operator.controller.log_reader import LogReader
from detector_operator.controller.metrics_protocol import NoMetrics, OperatorMetrics
from detector_operator.controller.stop_job import stop_job
from detector_operator.controller.store import NamespacedName, Store
from detector_operator.controller.unsupported_resource import UnsupportedResourceReporter
from detector_operator.controller.unwatched_namespaces import SYSTEM_NAMESPACES
from detector_operator.observe import observe
from detector_operator.observe.create_errors import explain_create_error, explain_name_conflict
from detector_operator.observe.manifests import job_of
from detector_operator.policies.chain import POLICIES
from detector_operator.reconcile.actions import (
    Action,
    CheckRun,
    CreateConfigMap,
    DeleteRun,
    StartTraining,
    StartValidation,
    StopRun,
)
from detector_operator.reconcile.decide import Decision, decide
from detector_operator.reconcile.runs import ConditionReason, Run, RunKind, RunState, run_name
from detector_operator.reconcile.status_throttle import PROGRESS_INTERVAL

STALE_SECONDS: Final = 5.0
"""Longer than a watch takes to report a change, which it may have missed."""


@dataclass(frozen=True)
class Reconciler:
    """Reconcile resources."""

    server: ApiServer
    store: Store
    settings: Settings
    logs: LogReader
    events: EventReader
    requeue_after: Callable[[NamespacedName, float], None]
    """Reconciles a resource again after this number of seconds."""
    clock: Callable[[], datetime]
    logger: logging.Logger
    unwatched: frozenset[str] = SYSTEM_NAMESPACES
    """Namespaces in which nothing is trained."""
    rejections: CreateRejections = field(default_factory=CreateRejections)
    metrics: OperatorMetrics = field(default_factory=NoMetrics)

    @cached_property
    def recorder(self) -> EventRecorder:
        """Return the recorder of Events."""
        return EventRecorder(self.server, self.logger)

    @property
    def unsupported(self) -> UnsupportedResourceReporter:
        """Return the reporter of resources that are not reconciled."""
        return UnsupportedResourceReporter(self.server, self.store, self.logger)

    async def reconcile(self, key: NamespacedName) -> None:
        """Reconcile a resource once.

        Raises:
            ApiError: a request failed and may succeed later.
            AlreadyExistsError: a Job with the name exists that no watch has reported yet.
        """
        manifest = self.store.resource(key)
        if manifest is None:  # deleted: the garbage collector deletes its objects
            self.logs.follow(key, ())
            self.events.forget(key)
            self.recorder.forget(key)
            self.rejections.forget(key)
            return
        if manifest["metadata"].get("deletionTimestamp"):
            return
        if key.namespace in self.unwatched:
            await self.unsupported.report_unwatched(key, manifest, self.clock())
            return
        try:
            resource = DetectorTraining.model_validate(manifest)
        except ValidationError as error:
            await self.unsupported.report(key, manifest, error, self.clock())
            return
        now = self.clock()
        runs, next_look = await self._observe(key, resource, now)
        decision = self._decide(key, resource, runs, now)
        if validations := [action for action in decision.actions if isinstance(action, StartValidation)]:
            # A validation holds no GPU, so it is created before the status is written: one status then reports that it exists.
            with suppress(ApiError):  # it is retried below
                await self._act(key, resource, validations, now)
            runs, next_look = await self._observe(key, resource, now)
            decision = self._decide(key, resource, runs, now)
        decided = resource.model_copy(update={"status": decision.status})
        retry_events = await self.recorder.record(key, decided, decision.events, now)
        try:
            resource = await self._write(key, resource, decision)
        except ConflictError:
            self.requeue_after(key, STALE_SECONDS)  # unless the watch reports the change before
            return
        # Once the end of the training is recorded, its log is not needed.
        self.logs.follow(key, () if decision.status.phase.terminal else runs)
        if await self._act(key, resource, decision.actions, now):
            self.requeue_after(key, 0)
            return
        due = [time for time in (decision.requeue_at, next_look, retry_events) if time is not None]
        if due:
            self.requeue_after(key, (min(due) - now).total_seconds())

    def _decide(self, key: NamespacedName, resource: DetectorTraining, runs: tuple[Run, ...], now: datetime) -> Decision:
        return decide(
            resource, runs, now, POLICIES, rejection=self.rejections.of(key, resource), progress_interval=PROGRESS_INTERVAL
        )

    async def _observe(
        self, key: NamespacedName, resource: DetectorTraining, now: datetime
    ) -> tuple[tuple[Run, ...], datetime | None]:
        """Return the runs, and when to read events again, which no watch reports."""
        jobs, pods = self.store.jobs(key), self.store.pods(key)
        stops = resource.status.stops if resource.status is not None else []
        runs = observe(jobs, pods, owner=resource.metadata, logs=self.logs.logs(key), stops=stops)
        if await self.logs.read_to_end(key, runs):
            runs = observe(jobs, pods, owner=resource.metadata, logs=self.logs.logs(key), stops=stops)
        unexplained = {run.pod or run_name(key.name, run.kind, run.attempt) for run in runs if _waits_unexplained(run)}
        objects = [manifest for manifest in (*jobs, *pods) if manifest["metadata"]["name"] in unexplained]
        if not objects:
            self.events.forget(key)
            return runs, None
        events, next_look = await self.events.events(key, objects, now)
        runs = observe(jobs, pods, owner=resource.metadata, events=events, logs=self.logs.logs(key), stops=stops)
        return runs, next_look

    async def _write(self, key: NamespacedName, resource: DetectorTraining, decision: Decision) -> DetectorTraining:
        """Write the status if it has changed."""
        if decision.status == resource.status:
            return resource
        changed = resource.model_copy(update={"status": decision.status})
        written = await self.server.write_status(*key, changed.to_dict()["status"], str(resource.metadata.resource_version))
        self.store.put_resource(written)
        self.metrics.transition(resource.status, decision.status, self.clock())
        for event in decision.events:
            self.logger.info("%s: %s", event.reason, event.message, extra=about(key))
        version = written["metadata"]["resourceVersion"]
        return changed.model_copy(update={"metadata": changed.metadata.model_copy(update={"resource_version": version})})

    async def _act(self, key: NamespacedName, resource: DetectorTraining, actions: Iterable[Action], now: datetime) -> bool:
        """Execute actions. Return whether to decide again: no watch reports what is known from a response."""
        return any([await self._do(key, resource, action, now) for action in actions])

    async def _do(self, key: NamespacedName, resource: DetectorTraining, action: Action, now: datetime) -> bool:
        match action:
            case StartValidation() | StartTraining():
                await self._start(key, resource, action, now)
                return True
            case StopRun(run, reason):
                return await self._stop(key, run, reason)
            case DeleteRun(run):
                await self._delete(key, run)
                return False
            case CheckRun(run):
                await self._check(key, run)
                return True
            case CreateConfigMap():
                await ensure_config_map(self.server, resource, self.store.inline_configs)
                return False
            case _:
                assert_never(action)

    async def _start(
        self, key: NamespacedName, resource: DetectorTraining, action: StartValidation | StartTraining, now: datetime
    ) -> None:
        """Start a run, or record that it was rejected."""
        kind = RunKind.VALIDATION if isinstance(action, StartValidation) else RunKind.TRAINING
        build = build_validation_job if kind is RunKind.VALIDATION else build_training_job
        name = run_name(key.name, kind, action.attempt)
        try:
            cause = await self._create_job(key, resource, build(resource, action.attempt, self.settings))
        except AlreadyExistsError:
            if not await self._is_foreign(key, name):
                raise
            cause = explain_name_conflict(name)
        except ApiError as error:
            cause = explain_create_error(error.status, str(error), name)
            if cause is None:
                raise
        if cause is not None:
            self.logger.warning("%s: %s", cause.reason, cause.message, extra=about(key))
            self.rejections.record(key, resource, action, cause, now)
            return
        self.rejections.forget(key)

    async def _create_job(self, key: NamespacedName, resource: DetectorTraining, job: Manifest) -> ConditionReason | None:
        """Create the ConfigMap that a Job mounts, then the Job. Return why not, if another ConfigMap has the name."""
        exists = bool(self.store.jobs(key))
        cause = await ensure_config_map(self.server, resource, self.store.inline_configs, expected=exists)
        if cause is not None:
            return cause
        created = await self.server.create(JOBS, key.namespace, "jobs", job)
        self.store.put_job(created)
        self.logger.info("created Job %s", created["metadata"]["name"], extra=about(key))
        return None

    async def _is_foreign(self, key: NamespacedName, name: str) -> bool:
        """Return whether a Job does not belong to this resource. If it does, it is stored."""
        found = await self.server.list(f"{JOBS}/namespaces/{key.namespace}/jobs", fieldSelector=f"metadata.name={name}")
        return any(self.store.put_job(job) != key for job in found.manifests)

    async def _stop(self, key: NamespacedName, run: Run, reason: str) -> bool:
        """Stop a run; the reason is in the status already. Return whether it is known to be stopping."""
        name = run_name(key.name, run.kind, run.attempt)
        job = self._job(key, name)
        if job is None:
            return False
        self.logger.info("stopping Job %s: %s", name, reason, extra=about(key))
        return await stop_job(self.server, self.store, key.namespace, job)

    async def _check(self, key: NamespacedName, run: Run) -> None:
        """Read the pod of a run and the end of its log. A failed read is recorded, and is not evidence."""
        name = run_name(key.name, run.kind, run.attempt)
        try:
            selector = f"{labels.NAME}={key.name},{labels.RUN}={run.kind.value},{labels.ATTEMPT}={run.attempt}"
            found = await self.server.list(f"{CORE}/namespaces/{key.namespace}/pods", labelSelector=selector)
            for pod in found.manifests:
                self.store.put_pod(pod)
            if any(pod["metadata"]["name"] == run.pod and job_of(pod) for pod in found.manifests):
                await self.logs.check(key, run)
            else:  # it no longer exists or is no longer controlled: a watch, or the next list, reports that
                self.logs.record_failure(key, run, ApiError(HTTPStatus.NOT_FOUND, "NotFound", f"pod {run.pod} does not exist"))
        except (ApiError, ClientError, OSError) as error:
            self.logger.warning("cannot read %s: %r", name, error, extra=about(key))
            self.logs.record_failure(key, run, error)

    def _job(self, key: NamespacedName, name: str) -> Manifest | None:
        return next((job for job in self.store.jobs(key) if job["metadata"]["name"] == name), None)

    async def _delete(self, key: NamespacedName, run: Run) -> None:
        """Delete the Job of a run; the garbage collector deletes its pod. An error is only logged: a later reconcile retries."""
        name = run_name(key.name, run.kind, run.attempt)
        job = self._job(key, name)
        if job is None:
            return
        try:
            await self.server.delete(JOBS, key.namespace, "jobs", name, job["metadata"]["uid"])
        except ApiError as error:
            self.logger.warning("cannot delete old Job %s: %s", name, error, extra=about(key))
            return
        self.store.drop_job(job)
        self.logger.info("deleted old Job %s", name, extra=about(key))


def _waits_unexplained(run: Run) -> bool:
    return run.state in (RunState.PENDING, RunState.STARTING) and run.waiting is None
