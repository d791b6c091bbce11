"""Store the resources and their Jobs and pods, as the API server last reported them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from detector_operator.builders import labels
from detector_operator.builders.manifest import Manifest
from detector_operator.controller.compact import compact, inline_text
from detector_operator.controller.inline_config_cache import InlineConfigCache
from detector_operator.observe.manifests import job_of, resource_of


class NamespacedName(NamedTuple):
    """Identify a resource."""

    namespace: str
    name: str


@dataclass(frozen=True)
class ListResult:
    """Hold a complete list of objects of one kind."""

    manifests: list[Manifest]
    version: str
    """resourceVersion of the list: it contains every change up to this version."""
    left_out: frozenset[str] = frozenset()
    """uids of the objects that were left out because their current version is known."""


class Store:
    """Store objects by the resource that they belong to."""

    def __init__(self) -> None:
        self._resources = _Kind(_own_key)
        self._jobs = _Kind(_label_key, lambda job: resource_of(job) == _label(job))
        self._pods = _Kind(_label_key, lambda pod: bool(job_of(pod)))
        self.inline_configs = InlineConfigCache()
        """Texts of resources that were added one by one. A stored resource has only the digest of its text."""

    def __iter__(self) -> Iterator[NamespacedName]:
        """Iterate over the names of all resources."""
        return iter(list(self._resources.objects))

    def resource(self, key: NamespacedName) -> Manifest | None:
        """Return a resource; None if it does not exist."""
        return next(iter(self._resources.of(key)), None)

    def jobs(self, key: NamespacedName) -> list[Manifest]:
        """Return the Jobs of a resource."""
        return self._jobs.of(key)

    def pods(self, key: NamespacedName) -> list[Manifest]:
        """Return the pods of its Jobs."""
        return self._pods.of(key)

    def put_resource(self, manifest: Manifest) -> NamespacedName | None:
        """Store the current version of a resource."""
        if (text := inline_text(manifest)) is not None:
            self.inline_configs.add(text)
        return self._resources.put(manifest)

    def has_resource(self, manifest: Manifest) -> bool:
        """Return whether this version of a resource, or a newer one, is stored."""
        return self._resources.has(manifest)

    def drop_resource(self, manifest: Manifest) -> NamespacedName | None:
        """Remove a deleted resource; a new one with the same name may be stored already."""
        return self._resources.drop(manifest)

    def put_job(self, manifest: Manifest) -> NamespacedName | None:
        """Store a Job. Return its resource; None if no resource controls it."""
        return self._jobs.put(manifest)

    def has_job(self, manifest: Manifest) -> bool:
        """Return whether this version of a Job, or a newer one, is stored."""
        return self._jobs.has(manifest)

    def put_pod(self, manifest: Manifest) -> NamespacedName | None:
        """Store a pod. Return its resource; None if no Job controls it."""
        return self._pods.put(manifest)

    def has_pod(self, manifest: Manifest) -> bool:
        """Return whether this version of a pod, or a newer one, is stored."""
        return self._pods.has(manifest)

    def drop_job(self, manifest: Manifest) -> NamespacedName | None:
        """Remove a deleted Job."""
        return self._jobs.drop(manifest)

    def drop_pod(self, manifest: Manifest) -> NamespacedName | None:
        """Remove a deleted pod."""
        return self._pods.drop(manifest)

    def keys(self, namespace: str | None = None) -> set[NamespacedName]:
        """Return the names of the resources in a namespace, or of all."""
        return {key for key in self if namespace is None or key.namespace == namespace}

    def replace(self, resources: ListResult, jobs: ListResult, pods: ListResult, namespace: str | None = None) -> None:
        """Replace the stored objects by complete lists: older objects that are not in them were deleted, and a watch missed it.

        Watches continue while lists are read: newer changes that they reported are kept. Lists of one namespace do not affect
        others.
        """
        for kind, listed in ((self._resources, resources), (self._jobs, jobs), (self._pods, pods)):
            kind.replace(listed, namespace)


class _Kind:
    """Store the objects of one kind; of two objects with one name the newer one is kept.

    Args:
        key_of: returns the resource that an object names.
        controlled: returns whether that resource really controls it. An object that is no longer controlled is removed.
    """

    def __init__(
        self, key_of: Callable[[Manifest], NamespacedName | None], controlled: Callable[[Manifest], bool] = lambda _: True
    ) -> None:
        self._key_of, self._controlled = key_of, controlled
        self.objects: dict[NamespacedName, dict[str, Manifest]] = {}
        # Namespace and uid of the objects deleted since the last complete list: a response or a list that was in flight must not
        # restore them.
        self._deleted: set[tuple[str, str]] = set()

    def of(self, key: NamespacedName) -> list[Manifest]:
        return list(self.objects.get(key, {}).values())

    def has(self, manifest: Manifest) -> bool:
        key = self._key_of(manifest)
        known = self._known(key, manifest) if key is not None else None
        return known is not None and _version(known) >= _version(manifest)

    def put(self, manifest: Manifest) -> NamespacedName | None:
        key = self._key_of(manifest)
        if key is None or (key.namespace, manifest["metadata"]["uid"]) in self._deleted:
            return key
        known = self._known(key, manifest)
        if not self._controlled(manifest):
            if known is None:
                return None
            if _version(manifest) >= _version(known):
                self._forget(key, known)
            return key
        # The response to an own write may arrive before the event of an earlier write.
        if known is None or _version(manifest) >= _version(known):
            self.objects.setdefault(key, {})[manifest["metadata"]["name"]] = compact(manifest)
        return key

    def drop(self, manifest: Manifest) -> NamespacedName | None:
        key = self._key_of(manifest)
        if key is None:
            return None
        self._deleted.add((key.namespace, manifest["metadata"]["uid"]))
        known = self._known(key, manifest)
        if known is not None and known["metadata"]["uid"] == manifest["metadata"]["uid"]:
            self._forget(key, known)
        return key

    def replace(self, listed: ListResult, namespace: str | None) -> None:
        for manifest in listed.manifests:
            self.put(manifest)
        uids = listed.left_out.union(manifest["metadata"]["uid"] for manifest in listed.manifests)
        for key in list(self.objects):
            if namespace is not None and key.namespace != namespace:
                continue
            for known in self.of(key):
                if known["metadata"]["uid"] not in uids and _version(known) <= _number(listed.version):
                    self._forget(key, known)
        self._deleted = {deleted for deleted in self._deleted if namespace is not None and deleted[0] != namespace}

    def _known(self, key: NamespacedName, manifest: Manifest) -> Manifest | None:
        return self.objects.get(key, {}).get(manifest["metadata"]["name"])

    def _forget(self, key: NamespacedName, manifest: Manifest) -> None:
        own = self.objects[key]
        del own[manifest["metadata"]["name"]]
        if not own:
            del self.objects[key]


def _own_key(manifest: Manifest) -> NamespacedName:
    return NamespacedName(manifest["metadata"]["namespace"], manifest["metadata"]["name"])


def _label_key(manifest: Manifest) -> NamespacedName | None:
    name = _label(manifest)
    return NamespacedName(manifest["metadata"]["namespace"], name) if name else None


def _label(manifest: Manifest) -> str | None:
    name: str | None = (manifest["metadata"].get("labels") or {}).get(labels.NAME)
    return name


def _version(manifest: Manifest) -> int:
    return _number(manifest["metadata"]["resourceVersion"])


def _number(version: str) -> int:
    """Return a resourceVersion as a number; those of one kind are comparable (KEP 5504, and in practice before it)."""
    return int(version) if version.isdecimal() else 0
