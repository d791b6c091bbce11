"""`observe`: from Jobs, pods and events to Runs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Final

from detector_operator.api import Stop
from detector_operator.api.resource import Metadata
from detector_operator.observe.causes import (
    cannot_start,
    deletion,
    disruption,
    eviction,
    init,
    job_condition,
    out_of_memory,
    refusal,
    unknown_to_kubelet,
)
from detector_operator.observe.log import Log
from detector_operator.observe.manifests import Job, Key, Pod, job_of, resource_of
from detector_operator.observe.sight import Sight
from detector_operator.observe.waits import (
    container_start,
    image,
    leaving,
    mount,
    pod_creation,
    queue,
    references,
    scheduling,
    silent_node,
    volume_claim,
)
from detector_operator.observe.words import Words, last_words
from detector_operator.reconcile.runs import Run, RunKind, RunState, Why, run_key, run_name
from detector_operator.specs.manifest import Manifest
from detector_trainer.contract import reasons

Family = Callable[[Sight], Why | None]

# Why a run ended: the first that knows.
CAUSES: Final[tuple[Family, ...]] = (
    disruption.cause,  # the cluster took the pod away
    eviction.cause,  # it used more local storage than it may
    refusal.cause,  # its node did not take it
    unknown_to_kubelet.cause,  # its node lost it
    out_of_memory.cause,
    cannot_start.cause,
    job_condition.cause,  # its pod is gone, and the Job still knows
    deletion.cause,  # somebody deleted it
    init.cause,  # an init container failed
)

# What a run waits for: the first that knows.
WAITS: Final[tuple[Family, ...]] = (
    leaving.wait,  # its pod is being taken away
    silent_node.wait,  # its node no longer answers
    queue.wait,  # a queue has not admitted the Job
    pod_creation.wait,  # the Job may not create its pod: quota, service account, admission
    volume_claim.wait,  # a PersistentVolumeClaim that is missing or not bound
    scheduling.wait,  # no node takes it
    image.wait,  # its image cannot be pulled
    references.wait,  # a ConfigMap or Secret that is missing
    container_start.wait,  # the runtime cannot start it
    mount.wait,  # a volume cannot be mounted
)

# Signals are numbered to 64; the exit code of what a signal ended is 128 more.
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
    """Every run of a resource that is there, in the order of their numbers. Pure.

    Args:
        jobs: those with the resource's name as label, as the API server returns them. What the resource does not control is left
            out.
        pods: the same, of these Jobs.
        owner: metadata of the resource. Runs of an earlier one of the same name get generation 0, which no resource has.
        events: events regarding these Jobs and pods, where they can be had: without them a Job without a pod says less.
        logs: what was read of the logs of running pods, by the name of the pod.
        stops: the runs that the operator decided to stop, from the status of the resource.
    """
    reasons_to_stop = {stop.run: stop.reason for stop in stops}
    told = list(events)
    jobs_by_key = {job.key: job for job in map(Job, jobs) if job.key is not None and _is_of(job, job.key, owner)}
    pods_by_key: dict[Key, list[Pod]] = {}
    for pod in map(Pod, pods):
        if pod.key is not None and _belongs_to(pod, jobs_by_key.get(pod.key), run_name(owner.name, *pod.key)):
            pods_by_key.setdefault(pod.key, []).append(pod)
    runs = []
    for key in jobs_by_key.keys() | pods_by_key.keys():
        own = sorted(pods_by_key.get(key, []), key=lambda pod: (str(pod.created), pod.name))
        name = run_name(owner.name, key.kind, key.attempt)
        stop_reason = reasons_to_stop.get(run_key(key.kind, key.attempt))
        sight = Sight(name, key.kind, jobs_by_key.get(key), tuple(own), told, stop_reason)
        runs.append(_run(sight, key, _generation(sight, owner), logs))
    return tuple(sorted(runs, key=lambda run: (run.kind, run.attempt)))


def _is_of(job: Job, key: Key, owner: Metadata) -> bool:
    """Return whether a Job is a run of the resource, or of an earlier one of its name. Labels alone prove nothing."""
    return job.name == run_name(owner.name, *key) and resource_of(job.manifest) == owner.name


def _belongs_to(pod: Pod, job: Job | None, name: str) -> bool:
    """Return whether a Job controls a pod; where the Job is gone already, one of its name."""
    controller = job_of(pod.manifest)
    return controller.get("uid") == job.uid if job is not None else controller.get("name") == name


def _generation(sight: Sight, owner: Metadata) -> int:
    """Generation of the resource that the run was started for."""
    if sight.job is not None:
        return sight.job.generation if sight.job.belongs_to(owner.uid) else 0
    newest, born = sight.pods[-1], owner.creation_timestamp
    before = born is not None and newest.created is not None and newest.created < born
    return 0 if before else newest.generation


def _run(sight: Sight, key: Key, generation: int, logs: Mapping[str, Log]) -> Run:
    pod, end = sight.pod, sight.end
    log = logs.get(pod.name, Log()) if pod is not None else Log()
    words = last_words(end) if end is not None else Words()
    code, signal = _exit(sight)
    state = _state(sight)
    ended = state is RunState.ENDED
    return Run(
        kind=key.kind,
        attempt=key.attempt,
        generation=generation,
        state=state,
        exit_code=code if ended else None,
        signal=signal if ended else None,
        message=words.message if ended and sight.ended_by_ours else None,
        progress=(words.progress if sight.ended_by_ours else None) or log.progress,
        log_tail=words.tail or log.tail,
        log=log.view,
        stop_reason=_stop_reason(sight),
        stopping=sight.stopping,
        waiting=_first(WAITS, sight) if not ended else None,
        cause=_first(CAUSES, sight) if ended and code != 0 else None,
        stored=sight.job is not None and sight.job.deleted is None,
        lingering=sight.lingering,
        pod=pod.name if pod is not None else None,
        container=end.name if end is not None and ended else None,
        node=pod.node if pod is not None else None,
    )


def _state(sight: Sight) -> RunState:
    if not sight.live:
        return RunState.ENDED
    pod = sight.working_pod
    if pod is None or pod.node is None:
        return RunState.PENDING
    return RunState.RUNNING if sight.running else RunState.STARTING


def _first(families: Iterable[Family], sight: Sight) -> Why | None:
    return next((why for family in families if (why := family(sight)) is not None), None)


def _exit(sight: Sight) -> tuple[int | None, int | None]:
    """Return exit code and signal of the run.

    One of them is None; both are if nobody saw its end, or a container that is not ours ended it.
    """
    ended = sight.end.terminated if sight.end is not None else None
    if ended is not None and not sight.ended_by_ours:
        return None, None
    code: int | None = ended.get("exitCode") if ended is not None else job_condition.exit_code(sight)
    if code is None or (ended is not None and ended.get("reason") == unknown_to_kubelet.REASON):
        return None, None
    return (None, code - 128) if code in SIGNALS else (code, None)


def _stop_reason(sight: Sight) -> str | None:
    """Return why it was stopped. The kubelet ends a validation at its deadline if there is no operator to do it."""
    if sight.kind is RunKind.VALIDATION and sight.pod is not None and sight.pod.reason == "DeadlineExceeded":
        return reasons.VALIDATION_TIMED_OUT
    return sight.stop_reason
