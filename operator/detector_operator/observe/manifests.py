"""Jobs and pods, as far as they matter here, read from what the API server returns."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Final, NamedTuple

from detector_operator.api.bounds import clip
from detector_operator.api.resource import GROUP, KIND
from detector_operator.reconcile.runs import RunKind
from detector_operator.specs import labels
from detector_operator.specs.manifest import Manifest, part

LONGEST_TEXT: Final = 4096
"""Characters of a text that is searched for what it means."""
LONGEST_IMAGE: Final = 512
LONG_AGO: Final = datetime.fromtimestamp(0, UTC)
LONGEST_NUMBER: Final = 9
"""Digits of the number of a run or generation: a larger one could not be written into the status."""
OURS: Final = {RunKind.VALIDATION: ("config", "validate"), RunKind.TRAINING: ("preflight", "train")}
"""The containers whose exit codes and messages mean something: others are added to pods by meshes, vaults and policies."""


class Key(NamedTuple):
    """Which run an object belongs to, by its labels."""

    kind: RunKind
    attempt: int


@dataclass(frozen=True)
class Object:
    """Any object."""

    manifest: Manifest

    @property
    def name(self) -> str:
        """Its name."""
        return str(self._metadata["name"])

    @property
    def uid(self) -> str | None:
        """Its uid."""
        return self._metadata.get("uid")

    @property
    def created(self) -> datetime | None:
        """When it was created."""
        return time(self._metadata.get("creationTimestamp"))

    @property
    def deleted(self) -> datetime | None:
        """When someone deleted it. Kubernetes writes down when it has to be gone: its grace period later."""
        if not (given := self._metadata.get("deletionTimestamp")):
            return None
        end = time(given) or LONG_AGO
        try:
            return end - timedelta(seconds=self._metadata.get("deletionGracePeriodSeconds") or 0)
        except OverflowError:  # a user who deletes a pod may choose any grace period
            return end

    @property
    def key(self) -> Key | None:
        """The run it belongs to; None if it is not ours."""
        given = self._labels
        kind, attempt = given.get(labels.RUN, ""), _number(given.get(labels.ATTEMPT, ""))
        if given.get(labels.MANAGED_BY) != labels.MANAGER or kind not in set(RunKind) or attempt is None:
            return None
        return Key(RunKind(kind), attempt)

    @property
    def controller(self) -> Manifest:
        """The owner reference of what controls it; empty if nothing does."""
        return controller(self.manifest)

    @property
    def generation(self) -> int:
        """metadata.generation of the resource it was created for."""
        return _number(self._labels.get(labels.GENERATION, "")) or 0

    @property
    def spec(self) -> Manifest:
        """Its spec."""
        return part(self.manifest, "spec")

    @property
    def status(self) -> Manifest:
        """Its status."""
        return part(self.manifest, "status")

    def condition(self, kind: str) -> Manifest | None:
        """The condition of a type."""
        return next((condition for condition in items(self.status, "conditions") if condition.get("type") == kind), None)

    def has(self, kind: str) -> bool:
        """Whether a condition is True."""
        condition = self.condition(kind)
        return condition is not None and condition.get("status") == "True"

    @property
    def _metadata(self) -> Manifest:
        return part(self.manifest, "metadata")

    @property
    def _labels(self) -> dict[str, str]:
        return part(self._metadata, "labels")


class Job(Object):
    """A batch/v1 Job."""

    @property
    def finished(self) -> Manifest | None:
        """The condition that says it is over."""
        return next((self.condition(kind) for kind in ("Complete", "Failed") if self.has(kind)), None)

    @property
    def suspended(self) -> bool:
        """Whether it has no pod because a queue suspended it."""
        return bool(self.spec.get("suspend"))

    def belongs_to(self, uid: str | None) -> bool:
        """Whether the resource of this uid controls it."""
        return uid is None or self.controller.get("uid") == uid


@dataclass(frozen=True)
class Container:
    """A container of a pod."""

    name: str
    init: bool
    spec: Manifest
    state: Manifest

    @property
    def sidecar(self) -> bool:
        """Whether it starts before the others and runs beside them."""
        return self.init and self.spec.get("restartPolicy") == "Always"

    @property
    def waiting(self) -> Manifest | None:
        """Why it waits, if the kubelet said so."""
        return self.state.get("waiting")

    @property
    def terminated(self) -> Manifest | None:
        """How it ended, if it did."""
        return self.state.get("terminated")

    @property
    def failed(self) -> bool:
        """Whether it ended otherwise than with exit code 0."""
        return self.terminated is not None and self.terminated.get("exitCode") != 0

    @property
    def started(self) -> datetime | None:
        """When it started."""
        return time((self.state.get("running") or self.terminated or {}).get("startedAt"))

    @property
    def image(self) -> str:
        """Its image, as the spec says it."""
        return clip(str(self.spec.get("image", "")), LONGEST_IMAGE)

    def limit(self, resource: str) -> str | None:
        """The most it may use of a resource."""
        return _quantity(self.spec, "limits", resource)

    def request(self, resource: str) -> str | None:
        """What is set aside for it; where only a limit is given, this."""
        return _quantity(self.spec, "requests", resource) or self.limit(resource)


class Pod(Object):
    """A pod."""

    @property
    def over(self) -> bool:
        """Whether none of its containers will run again."""
        return self.status.get("phase") in ("Succeeded", "Failed")

    @property
    def reason(self) -> str:
        """Why the pod as a whole failed: Evicted, DeadlineExceeded …"""
        return text(self.status, "reason")

    @property
    def message(self) -> str:
        """The same in words."""
        return text(self.status, "message")

    @property
    def node(self) -> str | None:
        """The node it was sent to."""
        return self.spec.get("nodeName")

    @cached_property
    def containers(self) -> tuple[Container, ...]:
        """Its containers in the order in which they start, without sidecars: their end is not that of the run."""
        return tuple(container for container in self.all_containers if not container.sidecar)

    @cached_property
    def all_containers(self) -> tuple[Container, ...]:
        """Its containers in the order in which they start."""
        return (
            *self._with_state(items(self.spec, "initContainers"), "initContainerStatuses", init=True),
            *self._with_state(items(self.spec, "containers"), "containerStatuses", init=False),
        )

    @property
    def started(self) -> datetime | None:
        """When its first container started."""
        return min((container.started for container in self.containers if container.started is not None), default=None)

    def end(self, kind: RunKind) -> Container | None:
        """Return the container whose end is that of the run: the first init container that failed, else the main one."""
        failed = next((container for container in self.containers if container.init and container.failed), None)
        main = self.main(kind)
        return failed or (main if main is not None and main.terminated is not None else None)

    def main(self, kind: RunKind) -> Container | None:
        """Return the container that is called what the run does; others were added by someone else."""
        return next((each for each in self.containers if not each.init and each.name == kind.value), None)

    def done(self, kind: RunKind) -> bool:
        """Return whether the run can no longer write through this pod: other containers may run on in it."""
        main = self.main(kind)
        return self.over or (main is not None and main.terminated is not None)

    def running(self, kind: RunKind) -> bool:
        """Return whether the run works in it: the main container has started; for a validation, one of ours has."""
        started = (each for each in self.containers if each.started is not None and each.name in OURS[kind])
        return any(not each.init or kind is RunKind.VALIDATION for each in started)

    def _with_state(self, specs: list[Manifest], statuses: str, *, init: bool) -> Iterable[Container]:
        states = {status.get("name"): part(status, "state") for status in items(self.status, statuses)}
        for spec in specs:
            name = str(spec.get("name"))
            yield Container(name, init, spec, states.get(name, {}))


def controller(manifest: Manifest) -> Manifest:
    """Return the owner reference of what controls an object; empty if nothing does. Labels alone anyone may set."""
    owners = items(part(manifest, "metadata"), "ownerReferences")
    return next((owner for owner in owners if owner.get("controller") is True), {})


def resource_of(job: Manifest) -> str | None:
    """Return the name of the DetectorTraining that controls a Job; None if none does."""
    owner = controller(job)
    ours = owner.get("kind") == KIND and str(owner.get("apiVersion", "")).startswith(f"{GROUP}/")
    return owner.get("name") if ours else None


def job_of(pod: Manifest) -> Manifest:
    """Return the owner reference of the Job that controls a pod; empty if none does."""
    owner = controller(pod)
    return owner if owner.get("kind") == "Job" and str(owner.get("apiVersion", "")).startswith("batch/") else {}


def items(manifest: Manifest, name: str) -> list[Manifest]:
    """A list in a manifest; empty if it is not there."""
    value = manifest.get(name)
    return value if isinstance(value, list) else []


def text(manifest: Manifest, name: str) -> str:
    """A text in a manifest, cut: kubelets, schedulers and webhooks write of any length. Empty if it is not there."""
    value = manifest.get(name)
    return clip(value, LONGEST_TEXT).strip() if isinstance(value, str) else ""


def time(text: object) -> datetime | None:
    """A time as Kubernetes writes it, in whole seconds; None if it is no time."""
    try:
        return datetime.fromisoformat(text).replace(microsecond=0) if isinstance(text, str) and text else None
    except ValueError:
        return None


def _number(text: str) -> int | None:
    """Return a number of a label, which anyone may have changed."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= LONGEST_NUMBER else None


def _quantity(spec: Manifest, kind: str, resource: str) -> str | None:
    value = part(part(spec, "resources"), kind).get(resource)
    return str(value) if value is not None else None
