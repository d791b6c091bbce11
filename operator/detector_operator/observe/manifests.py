"""Read Jobs and pods from manifests that the API server returns."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Final, NamedTuple

from detector_operator.api.bounds import clip
from detector_operator.api.resource import GROUP, KIND
from detector_operator.builders import labels
from detector_operator.builders.manifest import Manifest, part
from detector_operator.reconcile.runs import RunKind

MAX_TEXT: Final = 4096
"""Characters of a message that are parsed."""
MAX_IMAGE: Final = 512
LONG_AGO: Final = datetime.fromtimestamp(0, UTC)
MAX_DIGITS: Final = 9
"""Digits of an attempt or generation number: a larger one could not be written to the status."""
OWN_CONTAINERS: Final = {RunKind.VALIDATION: ("config", "validate"), RunKind.TRAINING: ("preflight", "train")}
"""The containers that the operator defines. Exit codes and messages of injected ones, for example a mesh, mean nothing."""


class RunId(NamedTuple):
    """Identify the run that an object belongs to, by its labels."""

    kind: RunKind
    attempt: int


@dataclass(frozen=True)
class Object:
    """Wrap the manifest of any Kubernetes object."""

    manifest: Manifest

    @property
    def name(self) -> str:
        """Return metadata.name."""
        return str(self._metadata["name"])

    @property
    def uid(self) -> str | None:
        """Return metadata.uid."""
        return self._metadata.get("uid")

    @property
    def created(self) -> datetime | None:
        """Return metadata.creationTimestamp."""
        return time(self._metadata.get("creationTimestamp"))

    @property
    def deleted(self) -> datetime | None:
        """Return when it was deleted. metadata.deletionTimestamp is later by the grace period."""
        if not (given := self._metadata.get("deletionTimestamp")):
            return None
        end = time(given) or LONG_AGO
        try:
            return end - timedelta(seconds=self._metadata.get("deletionGracePeriodSeconds") or 0)
        except OverflowError:  # a user who deletes a pod may choose any grace period
            return end

    @property
    def run_id(self) -> RunId | None:
        """Return the run it belongs to; None if the operator did not create it."""
        given = self._labels
        kind, attempt = given.get(labels.RUN, ""), _number(given.get(labels.ATTEMPT, ""))
        if given.get(labels.MANAGED_BY) != labels.MANAGER or kind not in set(RunKind) or attempt is None:
            return None
        return RunId(RunKind(kind), attempt)

    @property
    def controller(self) -> Manifest:
        """Return the owner reference of its controller; empty if it has none."""
        return controller(self.manifest)

    @property
    def generation(self) -> int:
        """Return the generation of the resource that it was created for."""
        return _number(self._labels.get(labels.GENERATION, "")) or 0

    @property
    def spec(self) -> Manifest:
        """Return spec."""
        return part(self.manifest, "spec")

    @property
    def status(self) -> Manifest:
        """Return status."""
        return part(self.manifest, "status")

    def condition(self, kind: str) -> Manifest | None:
        """Return the condition of a type."""
        return next((condition for condition in items(self.status, "conditions") if condition.get("type") == kind), None)

    def has(self, kind: str) -> bool:
        """Return whether a condition is True."""
        condition = self.condition(kind)
        return condition is not None and condition.get("status") == "True"

    @property
    def _metadata(self) -> Manifest:
        return part(self.manifest, "metadata")

    @property
    def _labels(self) -> dict[str, str]:
        return part(self._metadata, "labels")


class Job(Object):
    """Wrap a batch/v1 Job."""

    @property
    def finished(self) -> Manifest | None:
        """Return the condition Complete or Failed, if it is True."""
        return next((self.condition(kind) for kind in ("Complete", "Failed") if self.has(kind)), None)

    @property
    def suspended(self) -> bool:
        """Return spec.suspend: a queue suspended it, and it has no pod."""
        return bool(self.spec.get("suspend"))

    def belongs_to(self, uid: str | None) -> bool:
        """Return whether the resource with this uid controls it."""
        return uid is None or self.controller.get("uid") == uid


@dataclass(frozen=True)
class Container:
    """Wrap a container of a pod with its state."""

    name: str
    init: bool
    spec: Manifest
    state: Manifest

    @property
    def sidecar(self) -> bool:
        """Return whether it is a native sidecar: it starts before the others and keeps running."""
        return self.init and self.spec.get("restartPolicy") == "Always"

    @property
    def waiting(self) -> Manifest | None:
        """Return state.waiting, if the kubelet reported it."""
        return self.state.get("waiting")

    @property
    def terminated(self) -> Manifest | None:
        """Return state.terminated, if it has ended."""
        return self.state.get("terminated")

    @property
    def failed(self) -> bool:
        """Return whether it ended with an exit code other than 0."""
        return self.terminated is not None and self.terminated.get("exitCode") != 0

    @property
    def started(self) -> datetime | None:
        """Return when it started."""
        return time((self.state.get("running") or self.terminated or {}).get("startedAt"))

    @property
    def image(self) -> str:
        """Return its image as written in the spec."""
        return clip(str(self.spec.get("image", "")), MAX_IMAGE)

    def limit(self, resource: str) -> str | None:
        """Return its limit of a resource."""
        return _quantity(self.spec, "limits", resource)

    def request(self, resource: str) -> str | None:
        """Return its request of a resource, which defaults to the limit."""
        return _quantity(self.spec, "requests", resource) or self.limit(resource)


class Pod(Object):
    """Wrap a pod."""

    @property
    def finished(self) -> bool:
        """Return whether its phase is Succeeded or Failed: none of its containers will run again."""
        return self.status.get("phase") in ("Succeeded", "Failed")

    @property
    def reason(self) -> str:
        """Return status.reason: why the pod as a whole failed, for example Evicted or DeadlineExceeded."""
        return text(self.status, "reason")

    @property
    def message(self) -> str:
        """Return status.message."""
        return text(self.status, "message")

    @property
    def node(self) -> str | None:
        """Return the node it was assigned to."""
        return self.spec.get("nodeName")

    @cached_property
    def containers(self) -> tuple[Container, ...]:
        """Return its containers in the order in which they start, without sidecars, whose end does not end the run."""
        return tuple(container for container in self.all_containers if not container.sidecar)

    @cached_property
    def all_containers(self) -> tuple[Container, ...]:
        """Return all its containers in the order in which they start."""
        return (
            *self._with_state(items(self.spec, "initContainers"), "initContainerStatuses", init=True),
            *self._with_state(items(self.spec, "containers"), "containerStatuses", init=False),
        )

    @property
    def started(self) -> datetime | None:
        """Return when its first container started."""
        return min((container.started for container in self.containers if container.started is not None), default=None)

    def end(self, kind: RunKind) -> Container | None:
        """Return the container whose end is the end of the run: the first failed init container, or the main one."""
        failed = next((container for container in self.containers if container.init and container.failed), None)
        main = self.main(kind)
        return failed or (main if main is not None and main.terminated is not None else None)

    def main(self, kind: RunKind) -> Container | None:
        """Return the container that is named like the kind of the run; others are injected."""
        return next((each for each in self.containers if not each.init and each.name == kind.value), None)

    def done(self, kind: RunKind) -> bool:
        """Return whether the run can no longer write in this pod. Injected containers may still run."""
        main = self.main(kind)
        return self.finished or (main is not None and main.terminated is not None)

    def running(self, kind: RunKind) -> bool:
        """Return whether the run executes in it: its main container, or for a validation any own container, has started."""
        started = (each for each in self.containers if each.started is not None and each.name in OWN_CONTAINERS[kind])
        return any(not each.init or kind is RunKind.VALIDATION for each in started)

    def _with_state(self, specs: list[Manifest], statuses: str, *, init: bool) -> Iterable[Container]:
        states = {status.get("name"): part(status, "state") for status in items(self.status, statuses)}
        for spec in specs:
            name = str(spec.get("name"))
            yield Container(name, init, spec, states.get(name, {}))


def controller(manifest: Manifest) -> Manifest:
    """Return the owner reference of the controller of an object; empty if it has none. Users can set labels."""
    owners = items(part(manifest, "metadata"), "ownerReferences")
    return next((owner for owner in owners if owner.get("controller") is True), {})


def resource_of(job: Manifest) -> str | None:
    """Return the name of the DetectorTraining that controls a Job; None if none does."""
    owner = controller(job)
    controlled = owner.get("kind") == KIND and str(owner.get("apiVersion", "")).startswith(f"{GROUP}/")
    return owner.get("name") if controlled else None


def job_of(pod: Manifest) -> Manifest:
    """Return the owner reference of the Job that controls a pod; empty if none does."""
    owner = controller(pod)
    return owner if owner.get("kind") == "Job" and str(owner.get("apiVersion", "")).startswith("batch/") else {}


def items(manifest: Manifest, name: str) -> list[Manifest]:
    """Return a list in a manifest; empty if it is missing or not a list."""
    value = manifest.get(name)
    return value if isinstance(value, list) else []


def text(manifest: Manifest, name: str) -> str:
    """Return a text in a manifest, cut to MAX_TEXT; empty if it is missing. Kubelets and webhooks write texts of any length."""
    value = manifest.get(name)
    return clip(value, MAX_TEXT).strip() if isinstance(value, str) else ""


def time(text: object) -> datetime | None:
    """Parse a Kubernetes timestamp to whole seconds; None if it is invalid."""
    try:
        return datetime.fromisoformat(text).replace(microsecond=0) if isinstance(text, str) and text else None
    except ValueError:
        return None


def _number(text: str) -> int | None:
    """Parse the number in a label; None if it is invalid, because users can edit labels."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= MAX_DIGITS else None


def _quantity(spec: Manifest, kind: str, resource: str) -> str | None:
    value = part(part(spec, "resources"), kind).get(resource)
    return str(value) if value is not None else None
