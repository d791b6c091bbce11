"""All that is seen of one run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from detector_operator.observe.events import Event, newest
from detector_operator.observe.manifests import Container, Job, Object, Pod
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

    @property
    def pod(self) -> Pod | None:
        """The newest pod."""
        return self.pods[-1] if self.pods else None

    @property
    def live(self) -> bool:
        """Whether it may still write, now or once its Job goes on.

        It is the Job that says it is over, not its pod: a Job that a queue has suspended has pods that ended, and comes back.
        """
        return any(not pod.over for pod in self.pods) or not self._job_over

    @property
    def _job_over(self) -> bool:
        if self.job is None or self.job.finished is not None or self.job.deleted is not None:
            return True
        return self.job.suspended and self.job.stop_reason is not None

    @property
    def running(self) -> bool:
        """Whether a container of the newest pod has started."""
        return self.pod is not None and self.pod.started is not None

    @property
    def stopped_by_us(self) -> bool:
        """Whether the operator has asked it to stop."""
        return self.job is not None and self.job.stop_reason is not None

    @cached_property
    def end(self) -> Container | None:
        """The container whose end is that of the run."""
        return self.pod.end(self.kind) if self.pod is not None else None

    @property
    def waiting_containers(self) -> tuple[Container, ...]:
        """The containers of the newest pod that the kubelet says to wait."""
        containers = self.pod.containers if self.pod is not None else ()
        return tuple(container for container in containers if container.waiting is not None)

    @property
    def settings(self) -> str:
        """Where in the resource the pod's resources, node selector and tolerations are set."""
        return "spec.validation" if self.kind is RunKind.VALIDATION else "spec.trainer"

    def event(self, about: Object | None) -> Event | None:
        """The newest event regarding an object."""
        return newest(self.events, about) if about is not None else None
