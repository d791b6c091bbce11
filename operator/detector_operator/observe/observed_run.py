"""Collect everything that was observed of one run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from detector_operator.builders.manifest import Manifest
from detector_operator.observe.events import Event, newest_event
from detector_operator.observe.manifests import OWN_CONTAINERS, Container, Job, Object, Pod
from detector_operator.reconcile.runs import RunKind


@dataclass(frozen=True)
class ObservedRun:
    """Hold a Job, its pods and their events. The Job or the pods may be missing: users can delete both."""

    name: str
    """Name of the run and of its Job."""
    kind: RunKind
    job: Job | None
    pods: tuple[Pod, ...]
    """Oldest first. More than one if a queue suspended and resumed the Job."""
    events: Sequence[Manifest]
    stop_reason: str | None = None
    """Why the operator decided to stop it."""

    @property
    def pod(self) -> Pod | None:
        """Return the newest pod."""
        return self.pods[-1] if self.pods else None

    @property
    def live(self) -> bool:
        """Return whether it may still write, now or after its Job resumes."""
        return any(not pod.done(self.kind) for pod in self.pods) or not (self._job_finished or self._ended_by_itself)

    @property
    def _job_finished(self) -> bool:
        return self.job is None or self.job.finished is not None or self.job.deleted is not None

    @property
    def _ended_by_itself(self) -> bool:
        """Return whether its newest pod has ended, although the Job does not report it: the Job controller may be slow, or wait
        for other containers of the pod.

        A deleted pod counts only if it had succeeded: a Job that a queue has suspended has such pods, and resumes.
        """
        pod, end = self.pod, self.end
        if pod is None or self.job is None:
            return False
        if end is not None and end.name == self.kind.value and not end.failed:
            return True
        return pod.done(self.kind) and pod.deleted is None and not self.job.suspended

    @property
    def lingering(self) -> bool:
        """Return whether it has ended but an injected container still runs in its pod."""
        return not self.live and any(not pod.finished for pod in self.pods)

    @property
    def working_pod(self) -> Pod | None:
        """Return the newest pod, if it is not done."""
        return self.pod if self.pod is not None and not self.pod.done(self.kind) else None

    @property
    def running(self) -> bool:
        """Return whether the run executes in its newest pod."""
        return self.pod is not None and self.pod.running(self.kind)

    @property
    def started(self) -> bool:
        """Return whether a container of the newest pod has started."""
        return self.pod is not None and self.pod.started is not None

    @property
    def stopped_by_operator(self) -> bool:
        """Return whether the operator decided to stop it."""
        return self.stop_reason is not None

    @property
    def stopping(self) -> bool:
        """Return whether its Job is deleted: its pods terminate within their grace period, and nothing more can be done."""
        return self.job is None or self.job.deleted is not None

    @cached_property
    def end(self) -> Container | None:
        """Return the container whose end is the end of the run."""
        return self.pod.end(self.kind) if self.pod is not None else None

    @property
    def ended_by_own_container(self) -> bool:
        """Return whether the run was ended by one of its own containers: only their exit codes have a meaning."""
        return self.end is not None and self.is_own_container(self.end)

    @property
    def waiting_containers(self) -> tuple[Container, ...]:
        """Return the containers of the newest pod that block the run; none once it executes."""
        containers = self.pod.all_containers if self.pod is not None and not self.running else ()
        return tuple(container for container in containers if container.waiting is not None)

    def is_own_container(self, container: Container) -> bool:
        """Return whether a container is one that the operator defined in the pod, not an injected one."""
        return container.name in OWN_CONTAINERS[self.kind]

    @property
    def settings(self) -> str:
        """Return the field of the resource that sets the pod's resources, node selector and tolerations."""
        return "spec.validation" if self.kind is RunKind.VALIDATION else "spec.trainer"

    def event(self, regarding: Object | None) -> Event | None:
        """Return the newest event regarding an object."""
        return newest_event(self.events, regarding) if regarding is not None else None
