"""Observe: from Jobs, pods and events to runs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Final

from detector_operator.api import Stop
from detector_operator.api.resource import Metadata
from detector_operator.builders.manifest import Manifest
from detector_operator.observe.causes import (
    container_start_error,
    container_status_unknown,
    deletion,
    disruption,
    eviction,
    init_container,
    job_condition,
    node_rejected_pod,
    out_of_memory,
)
from detector_operator.observe.log import Log
from detector_operator.observe.manifests import Job, Pod, RunId, job_of, resource_of
from detector_operator.observe.observed_run import ObservedRun
from detector_operator.observe.termination import TerminationState, read_termination_message
from detector_operator.observe.waits import (
    container_start,
    image_pull,
    job_suspended,
    missing_reference,
    node_not_ready,
    pod_creation,
    pod_terminating,
    scheduling,
    volume_claim,
    volume_mount,
)
from detector_operator.reconcile.runs import ConditionReason, Run, RunKind, RunState, run_key, run_name
from detector_trainer.contract import reasons

Explanation = Callable[[ObservedRun], ConditionReason | None]

# Why a run ended: the first one that applies.
CAUSES: Final[tuple[Explanation, ...]] = (
    disruption.cause,  # preempted, evicted or its node lost
    eviction.cause,  # it exceeded its local storage, or its node is under pressure
    node_rejected_pod.cause,  # the kubelet did not admit it
    container_status_unknown.cause,  # its node was rebooted
    out_of_memory.cause,
    container_start_error.cause,
    job_condition.cause,  # its pod no longer exists, and the Job reports how it ended
    deletion.cause,  # its Job or pod was deleted
    init_container.cause,
)

# What a run waits for: the first one that applies.
WAITS: Final[tuple[Explanation, ...]] = (
    pod_terminating.wait,
    node_not_ready.wait,
    job_suspended.wait,  # a queue has not admitted the Job
    pod_creation.wait,  # the Job cannot create its pod: quota, service account, admission
    volume_claim.wait,  # a PersistentVolumeClaim is missing or not bound
    scheduling.wait,  # no node fits
    image_pull.wait,
    missing_reference.wait,  # a ConfigMap or Secret is missing
    container_start.wait,  # the runtime cannot start a container
    volume_mount.wait,
)

# The exit code of a process that signal n ended is 128 + n, for n up to 64.
SIGNALS: Final = range(129, 193)


def observe(
    jobs: Iterable[Manifest],
    pods: Iterable[Manifest],
    *,
    owner: Metadata,
    events: Iterable[Manifest] = (),
    logs: Mapping[str, Log] = MappingProxyType({}),
    stops: Iterable[Stop] = (),
) -> tuple[Run, ...]:
    """Return all runs of a resource that exist, ordered by kind and attempt. Pure.

    Args:
        jobs: manifests of the Jobs with the resource's name as label. Jobs that the resource does not control are ignored.
        pods: manifests of their pods.
        owner: metadata of the resource. Runs of an earlier resource with the same name get generation 0, which no resource has.
        events: events regarding these Jobs and pods, if they were read: without them less is known of a Job without a pod.
        logs: what was read of the logs of running pods, by pod name.
        stops: the runs that the operator decided to stop, from the status of the resource.
    """
    reasons_to_stop = {stop.run: stop.reason for stop in stops}
    all_events = list(events)
    jobs_by_run = {job.run_id: job for job in map(Job, jobs) if job.run_id is not None and _is_of(job, job.run_id, owner)}
    pods_by_run: dict[RunId, list[Pod]] = {}
    for pod in map(Pod, pods):
        if pod.run_id is not None and _belongs_to(pod, jobs_by_run.get(pod.run_id), run_name(owner.name, *pod.run_id)):
            pods_by_run.setdefault(pod.run_id, []).append(pod)
    runs = []
    for key in jobs_by_run.keys() | pods_by_run.keys():
        own = sorted(pods_by_run.get(key, []), key=lambda pod: (str(pod.created), pod.name))
        name = run_name(owner.name, key.kind, key.attempt)
        stop_reason = reasons_to_stop.get(run_key(key.kind, key.attempt))
        observed = ObservedRun(name, key.kind, jobs_by_run.get(key), tuple(own), all_events, stop_reason)
        runs.append(_run(observed, key, _generation(observed, owner), logs))
    return tuple(sorted(runs, key=lambda run: (run.kind, run.attempt)))


def _is_of(job: Job, key: RunId, owner: Metadata) -> bool:
    """Return whether a Job is a run of the resource, or of an earlier one with its name. Labels alone prove nothing."""
    return job.name == run_name(owner.name, *key) and resource_of(job.manifest) == owner.name


def _belongs_to(pod: Pod, job: Job | None, name: str) -> bool:
    """Return whether the Job controls the pod; if the Job no longer exists, whether a Job of its name did."""
    controller = job_of(pod.manifest)
    return controller.get("uid") == job.uid if job is not None else controller.get("name") == name


def _generation(observed: ObservedRun, owner: Metadata) -> int:
    """Return the generation of the resource that the run was started for; 0 if it was another resource."""
    if observed.job is not None:
        return observed.job.generation if observed.job.belongs_to(owner.uid) else 0
    newest, born = observed.pods[-1], owner.creation_timestamp
    before = born is not None and newest.created is not None and newest.created < born
    return 0 if before else newest.generation


def _run(observed: ObservedRun, key: RunId, generation: int, logs: Mapping[str, Log]) -> Run:
    pod, end = observed.pod, observed.end
    log = logs.get(pod.name, Log()) if pod is not None else Log()
    termination = read_termination_message(end) if end is not None else TerminationState()
    code, signal = _exit(observed)
    state = _state(observed)
    ended = state is RunState.ENDED
    return Run(
        kind=key.kind,
        attempt=key.attempt,
        generation=generation,
        state=state,
        exit_code=code if ended else None,
        signal=signal if ended else None,
        message=termination.message if ended and observed.ended_by_own_container else None,
        progress=(termination.progress if observed.ended_by_own_container else None) or log.progress,
        log_tail=termination.tail or log.tail,
        log=log.view,
        stop_reason=_stop_reason(observed),
        stopping=observed.stopping,
        waiting=_first(WAITS, observed) if not ended else None,
        cause=_first(CAUSES, observed) if ended and code != 0 else None,
        stored=observed.job is not None and observed.job.deleted is None,
        lingering=observed.lingering,
        pod=pod.name if pod is not None else None,
        container=end.name if end is not None and ended else None,
        node=pod.node if pod is not None else None,
    )


def _state(observed: ObservedRun) -> RunState:
    if not observed.live:
        return RunState.ENDED
    pod = observed.working_pod
    if pod is None or pod.node is None:
        return RunState.PENDING
    return RunState.RUNNING if observed.running else RunState.STARTING


def _first(explanations: Iterable[Explanation], observed: ObservedRun) -> ConditionReason | None:
    return next((reason for explain in explanations if (reason := explain(observed)) is not None), None)


def _exit(observed: ObservedRun) -> tuple[int | None, int | None]:
    """Return exit code and signal of the run.

    One of them is None; both are if its end is unknown, or an injected container ended it.
    """
    ended = observed.end.terminated if observed.end is not None else None
    if ended is not None and not observed.ended_by_own_container:
        return None, None
    code: int | None = ended.get("exitCode") if ended is not None else job_condition.exit_code(observed)
    if code is None or (ended is not None and ended.get("reason") == container_status_unknown.REASON):
        return None, None
    return (None, code - 128) if code in SIGNALS else (code, None)


def _stop_reason(observed: ObservedRun) -> str | None:
    """Return why it was stopped. The kubelet stops a validation at its deadline if no operator runs."""
    if observed.kind is RunKind.VALIDATION and observed.pod is not None and observed.pod.reason == "DeadlineExceeded":
        return reasons.VALIDATION_TIMED_OUT
    return observed.stop_reason
