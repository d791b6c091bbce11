"""Observe, decide, act: one resource, as often as anything about it changes. Doing it once more changes nothing."""

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
from detector_operator.observe import observe
from detector_operator.observe.manifests import job_of
from detector_operator.observe.refusals import name_taken, why_refused
from detector_operator.operate.api_errors import AlreadyExistsError, ApiError, ConflictError
from detector_operator.operate.api_server import CORE, JOBS, ApiServer
from detector_operator.operate.config_maps import ensure_config_map
from detector_operator.operate.event_reader import EventReader
from detector_operator.operate.event_recorder import EventRecorder
from detector_operator.operate.log_format import about
from detector_operator.operate.log_reader import LogReader
from detector_operator.operate.metrics_protocol import NoMetrics, OperatorMetrics
from detector_operator.operate.refusals import Refusals
from detector_operator.operate.stop_job import stop_job
from detector_operator.operate.store import Key, Store
from detector_operator.operate.unsupported import Unsupported
from detector_operator.operate.unwatched import SYSTEM_NAMESPACES
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
from detector_operator.reconcile.pace import PROGRESS_EVERY
from detector_operator.reconcile.runs import Run, RunKind, RunState, Why, run_name
from detector_operator.specs import labels
from detector_operator.specs.manifest import Manifest
from detector_operator.specs.settings import Settings
from detector_operator.specs.training_job import build_training_job
from detector_operator.specs.validation_job import build_validation_job

STALE_SECONDS: Final = 5.0
"""Longer than a watch takes to tell of a change; it may have lost it."""


@dataclass(frozen=True)
class Reconciler:
    """What a reconcile needs."""

    server: ApiServer
    store: Store
    settings: Settings
    logs: LogReader
    events: EventReader
    wake: Callable[[Key, float], None]
    """Has a resource reconciled again in so many seconds."""
    clock: Callable[[], datetime]
    logger: logging.Logger
    unwatched: frozenset[str] = SYSTEM_NAMESPACES
    """Namespaces in which nothing is trained."""
    refusals: Refusals = field(default_factory=Refusals)
    metrics: OperatorMetrics = field(default_factory=NoMetrics)

    @cached_property
    def recorder(self) -> EventRecorder:
        """Creates the Events."""
        return EventRecorder(self.server, self.logger)

    @property
    def unsupported(self) -> Unsupported:
        """What is done about a resource that is not acted on."""
        return Unsupported(self.server, self.store, self.logger)

    async def reconcile(self, key: Key) -> None:
        """Brings a resource one step further.

        Raises:
            ApiError: the API server did not do what was requested, for a reason of its own. It is to be tried again.
            AlreadyExistsError: there is a Job of the name that no watch has reported yet. The same.
        """
        manifest = self.store.resource(key)
        if manifest is None:  # deleted: what it owns goes with it
            self.logs.follow(key, ())
            self.events.forget(key)
            self.recorder.forget(key)
            self.refusals.forget(key)
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
        runs, look_again = await self._observe(key, resource, now)
        decision = self._decide(key, resource, runs, now)
        if validations := [action for action in decision.actions if isinstance(action, StartValidation)]:
            # It holds no GPU, so it need not wait for a status that says it will be there: the one that is written says it is.
            with suppress(ApiError):  # then it is tried once more below
                await self._act(key, resource, validations, now)
            runs, look_again = await self._observe(key, resource, now)
            decision = self._decide(key, resource, runs, now)
        decided = resource.model_copy(update={"status": decision.status})
        record_again = await self.recorder.record(key, decided, decision.events, now)
        try:
            resource = await self._write(key, resource, decision)
        except ConflictError:
            self.wake(key, STALE_SECONDS)  # unless the event of the change comes before
            return
        # Once it is written how it ended, nobody needs its log.
        self.logs.follow(key, () if decision.status.phase.terminal else runs)
        if await self._act(key, resource, decision.actions, now):
            self.wake(key, 0)
            return
        due = [time for time in (decision.wake_at, look_again, record_again) if time is not None]
        if due:
            self.wake(key, (min(due) - now).total_seconds())

    def _decide(self, key: Key, resource: DetectorTraining, runs: tuple[Run, ...], now: datetime) -> Decision:
        return decide(resource, runs, now, refused=self.refusals.of(key, resource), progress_every=PROGRESS_EVERY)

    async def _observe(self, key: Key, resource: DetectorTraining, now: datetime) -> tuple[tuple[Run, ...], datetime | None]:
        """The runs, and when to look again for what no watch tells."""
        jobs, pods = self.store.jobs(key), self.store.pods(key)
        stops = resource.status.stops if resource.status is not None else []
        runs = observe(jobs, pods, owner=resource.metadata, logs=self.logs.logs(key), stops=stops)
        if await self.logs.read_to_end(key, runs):
            runs = observe(jobs, pods, owner=resource.metadata, logs=self.logs.logs(key), stops=stops)
        silent = {run.pod or run_name(key.name, run.kind, run.attempt) for run in runs if _waits_in_silence(run)}
        objects = [manifest for manifest in (*jobs, *pods) if manifest["metadata"]["name"] in silent]
        if not objects:
            self.events.forget(key)
            return runs, None
        events, again = await self.events.events(key, objects, now)
        runs = observe(jobs, pods, owner=resource.metadata, events=events, logs=self.logs.logs(key), stops=stops)
        return runs, again

    async def _write(self, key: Key, resource: DetectorTraining, decision: Decision) -> DetectorTraining:
        """Writes the status if it has changed."""
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

    async def _act(self, key: Key, resource: DetectorTraining, actions: Iterable[Action], now: datetime) -> bool:
        """Does what was decided; whether there is something new to decide on. No watch tells of what is known from an answer."""
        return any([await self._do(key, resource, action, now) for action in actions])

    async def _do(self, key: Key, resource: DetectorTraining, action: Action, now: datetime) -> bool:
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
                await ensure_config_map(self.server, resource, self.store.inline_texts)
                return False
            case _:
                assert_never(action)

    async def _start(self, key: Key, resource: DetectorTraining, action: StartValidation | StartTraining, now: datetime) -> None:
        """Starts a run; if it was refused, this is noted."""
        kind = RunKind.VALIDATION if isinstance(action, StartValidation) else RunKind.TRAINING
        build = build_validation_job if kind is RunKind.VALIDATION else build_training_job
        name = run_name(key.name, kind, action.attempt)
        try:
            why = await self._create_job(key, resource, build(resource, action.attempt, self.settings))
        except AlreadyExistsError:
            if not await self._is_anothers(key, name):
                raise
            why = name_taken(name)
        except ApiError as error:
            why = why_refused(error.status, str(error), name)
            if why is None:
                raise
        if why is not None:
            self.logger.warning("%s: %s", why.reason, why.message, extra=about(key))
            self.refusals.note(key, resource, action, why, now)
            return
        self.refusals.forget(key)

    async def _create_job(self, key: Key, resource: DetectorTraining, job: Manifest) -> Why | None:
        """Creates a Job, after the ConfigMap that it mounts; why not, if another ConfigMap has its name."""
        exists = bool(self.store.jobs(key))
        why = await ensure_config_map(self.server, resource, self.store.inline_texts, expected=exists)
        if why is not None:
            return why
        created = await self.server.create(JOBS, key.namespace, "jobs", job)
        self.store.put_job(created)
        self.logger.info("created Job %s", created["metadata"]["name"], extra=about(key))
        return None

    async def _is_anothers(self, key: Key, name: str) -> bool:
        """Whether a Job belongs to no resource, or to another one. One that is this resource's is known from now on."""
        found = await self.server.list(f"{JOBS}/namespaces/{key.namespace}/jobs", fieldSelector=f"metadata.name={name}")
        return any(self.store.put_job(job) != key for job in found.manifests)

    async def _stop(self, key: Key, run: Run, reason: str) -> bool:
        """Stop a run. Why is in the status already. Return whether it is known to be stopping."""
        name = run_name(key.name, run.kind, run.attempt)
        job = self._job(key, name)
        if job is None:
            return False
        self.logger.info("stopping Job %s: %s", name, reason, extra=about(key))
        return await stop_job(self.server, self.store, key.namespace, job)

    async def _check(self, key: Key, run: Run) -> None:
        """Read the pod of a run and the end of its log. What cannot be read is noted, and is no evidence."""
        name = run_name(key.name, run.kind, run.attempt)
        try:
            selector = f"{labels.NAME}={key.name},{labels.RUN}={run.kind.value},{labels.ATTEMPT}={run.attempt}"
            found = await self.server.list(f"{CORE}/namespaces/{key.namespace}/pods", labelSelector=selector)
            for pod in found.manifests:
                self.store.put_pod(pod)
            if any(pod["metadata"]["name"] == run.pod and job_of(pod) for pod in found.manifests):
                await self.logs.check(key, run)
            else:  # it is gone, or its Job no longer controls it: a watch, or the next list, tells
                self.logs.failed(key, run, ApiError(HTTPStatus.NOT_FOUND, "NotFound", f"pod {run.pod} is gone"))
        except (ApiError, ClientError, OSError) as error:
            self.logger.warning("reading %s: %r", name, error, extra=about(key))
            self.logs.failed(key, run, error)

    def _job(self, key: Key, name: str) -> Manifest | None:
        return next((job for job in self.store.jobs(key) if job["metadata"]["name"] == name), None)

    async def _delete(self, key: Key, run: Run) -> None:
        """The garbage collector deletes its pod. Nothing waits for it: if it is refused, it is asked for again some time."""
        name = run_name(key.name, run.kind, run.attempt)
        job = self._job(key, name)
        if job is None:
            return
        try:
            await self.server.delete(JOBS, key.namespace, "jobs", name, job["metadata"]["uid"])
        except ApiError as error:
            self.logger.warning("old Job %s: %s", name, error, extra=about(key))
            return
        self.store.drop_job(job)
        self.logger.info("deleted old Job %s", name, extra=about(key))


def _waits_in_silence(run: Run) -> bool:
    return run.state in (RunState.PENDING, RunState.STARTING) and run.waiting is None
