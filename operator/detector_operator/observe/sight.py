"""All that is seen of one run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from detector_operator.observe.events import Event, newest
from detector_operator.observe.manifests import OURS, Container, Job, Object, Pod
from detector_operator.reconcile.runs import RunKind
from detector_operator.specs.manifest import Manifest


@dataclass(frozen=True)
class Sight:
    """A Job, its pods, and what was told about them. Either may be missing: both can be deleted by anyone."""

    name: str
    """Name of the run, and so of its Job."""
    kind: RunKind
    job: Job | None
    pods: tuple[Pod, ...]
    """Oldest first. More than one if a queue has suspended the Job and resumed it."""
    events: Sequence[Manifest]
    stop_reason: str | None = None
    """Why the operator decided to stop it."""

    @property
    def pod(self) -> Pod | None:
        """The newest pod."""
        return self.pods[-1] if self.pods else None

    @property
    def live(self) -> bool:
        """Whether it may still write, now or once its Job continues."""
        return any(not pod.done(self.kind) for pod in self.pods) or not (self._job_over or self._ended_by_itself)

    @property
    def _job_over(self) -> bool:
        return self.job is None or self.job.finished is not None or self.job.deleted is not None

    @property
    def _ended_by_itself(self) -> bool:
        """Whether its newest pod ended for good, although the Job does not report it: its controller may be slow, or wait for
        other containers of the pod.

        A pod that was deleted tells nothing, unless it had succeeded: a Job that a queue has suspended has such pods, and
        resumes.
        """
        pod, end = self.pod, self.end
        if pod is None or self.job is None:
            return False
        if end is not None and end.name == self.kind.value and not end.failed:
            return True
        return pod.done(self.kind) and pod.deleted is None and not self.job.suspended

    @property
    def lingering(self) -> bool:
        """Whether it has ended and another container keeps its pod."""
        return not self.live and any(not pod.over for pod in self.pods)

    @property
    def working_pod(self) -> Pod | None:
        """The newest pod, if it is not done."""
        return self.pod if self.pod is not None and not self.pod.done(self.kind) else None

    @property
    def running(self) -> bool:
        """Whether the run works in its newest pod."""
        return self.pod is not None and self.pod.running(self.kind)

    @property
    def started(self) -> bool:
        """Whether a container of the newest pod has started."""
        return self.pod is not None and self.pod.started is not None

    @property
    def stopped_by_us(self) -> bool:
        """Whether the operator decided to stop it."""
        return self.stop_reason is not None

    @property
    def stopping(self) -> bool:
        """Whether nothing more can be done to stop it: its Job is deleted, and its pods have their grace period."""
        return self.job is None or self.job.deleted is not None

    @cached_property
    def end(self) -> Container | None:
        """The container whose end is that of the run."""
        return self.pod.end(self.kind) if self.pod is not None else None

    @property
    def ended_by_ours(self) -> bool:
        """Whether the container whose end is that of the run is one of ours: only their exit codes mean something."""
        return self.end is not None and self.is_ours(self.end)

    @property
    def waiting_containers(self) -> tuple[Container, ...]:
        """The containers of the newest pod that keep the run waiting: once it works, others do not."""
        containers = self.pod.all_containers if self.pod is not None and not self.running else ()
        return tuple(container for container in containers if container.waiting is not None)

    def is_ours(self, container: Container) -> bool:
        """Return whether a container is one that the operator has put into the pod."""
        return container.name in OURS[self.kind]

    @property
    def settings(self) -> str:
        """Where in the resource the pod's resources, node selector and tolerations are set."""
        return "spec.validation" if self.kind is RunKind.VALIDATION else "spec.trainer"

    def event(self, about: Object | None) -> Event | None:
        """The newest event regarding an object."""
        return newest(self.events, about) if about is not None else None
