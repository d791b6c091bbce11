"""What is known of the cluster: the resources, and the Jobs and pods that belong to them, as the API server told last."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from detector_operator.observe.manifests import job_of, resource_of
from detector_operator.operate.compact import compact, inline_text
from detector_operator.operate.inline_texts import InlineTexts
from detector_operator.specs import labels
from detector_operator.specs.manifest import Manifest


class Key(NamedTuple):
    """Which resource."""

    namespace: str
    name: str


@dataclass(frozen=True)
class Listed:
    """All objects of a kind, as they were at one moment."""

    manifests: list[Manifest]
    version: str
    """resourceVersion of the list: what the API server had done until then is in it."""
    left_out: frozenset[str] = frozenset()
    """uids of those that were known as they are."""


class Store:
    """Objects by the resource they belong to."""

    def __init__(self) -> None:
        self._resources = _Kind(_own_key)
        self._jobs = _Kind(_label_key, lambda job: resource_of(job) == _label(job))
        self._pods = _Kind(_label_key, lambda pod: bool(job_of(pod)))
        self.inline_texts = InlineTexts()
        """Of resources that were put here one by one. A resource itself is kept with the digest of its text."""

    def __iter__(self) -> Iterator[Key]:
        """The keys of all resources."""
        return iter(list(self._resources.objects))

    def resource(self, key: Key) -> Manifest | None:
        """A resource."""
        return next(iter(self._resources.of(key)), None)

    def jobs(self, key: Key) -> list[Manifest]:
        """The Jobs of a resource."""
        return self._jobs.of(key)

    def pods(self, key: Key) -> list[Manifest]:
        """The pods of its Jobs."""
        return self._pods.of(key)

    def put_resource(self, manifest: Manifest) -> Key | None:
        """Takes a resource as it is now."""
        if (text := inline_text(manifest)) is not None:
            self.inline_texts.keep(text)
        return self._resources.put(manifest)

    def has_resource(self, manifest: Manifest) -> bool:
        """Whether a resource is known as it is here, or newer."""
        return self._resources.has(manifest)

    def drop_resource(self, manifest: Manifest) -> Key | None:
        """A resource was deleted; one of the same name may be there already."""
        return self._resources.drop(manifest)

    def put_job(self, manifest: Manifest) -> Key | None:
        """Take a Job; None if no resource controls it."""
        return self._jobs.put(manifest)

    def has_job(self, manifest: Manifest) -> bool:
        """Whether a Job is known as it is here, or newer."""
        return self._jobs.has(manifest)

    def put_pod(self, manifest: Manifest) -> Key | None:
        """Take a pod; None if no Job controls it."""
        return self._pods.put(manifest)

    def has_pod(self, manifest: Manifest) -> bool:
        """Whether a pod is known as it is here, or newer."""
        return self._pods.has(manifest)

    def drop_job(self, manifest: Manifest) -> Key | None:
        """A Job was deleted."""
        return self._jobs.drop(manifest)

    def drop_pod(self, manifest: Manifest) -> Key | None:
        """A pod was deleted."""
        return self._pods.drop(manifest)

    def keys(self, namespace: str | None = None) -> set[Key]:
        """The keys of the resources of a namespace; of all without one."""
        return {key for key in self if namespace is None or key.namespace == namespace}

    def replace(self, resources: Listed, jobs: Listed, pods: Listed, namespace: str | None = None) -> None:
        """Takes whole lists: what is older and not in them is gone, and a watch has not told.

        Watches go on while lists are read: what they told of later is not undone. Lists of one namespace say nothing about
        others.
        """
        for kind, listed in ((self._resources, resources), (self._jobs, jobs), (self._pods, pods)):
            kind.replace(listed, namespace)


class _Kind:
    """The objects of one kind; of two of one name the newer one stays.

    Args:
        key_of: tells which resource an object names.
        controlled: tells whether it really belongs to one. An object that does no longer is forgotten.
    """

    def __init__(self, key_of: Callable[[Manifest], Key | None], controlled: Callable[[Manifest], bool] = lambda _: True) -> None:
        self._key_of, self._controlled = key_of, controlled
        self.objects: dict[Key, dict[str, Manifest]] = {}
        # Namespace and uid of those deleted since the last whole list: an answer or a list that was on its way does not bring
        # them back.
        self._gone: set[tuple[str, str]] = set()

    def of(self, key: Key) -> list[Manifest]:
        return list(self.objects.get(key, {}).values())

    def has(self, manifest: Manifest) -> bool:
        key = self._key_of(manifest)
        known = self._known(key, manifest) if key is not None else None
        return known is not None and _version(known) >= _version(manifest)

    def put(self, manifest: Manifest) -> Key | None:
        key = self._key_of(manifest)
        if key is None or (key.namespace, manifest["metadata"]["uid"]) in self._gone:
            return key
        known = self._known(key, manifest)
        if not self._controlled(manifest):
            if known is None:
                return None
            if _version(manifest) >= _version(known):
                self._forget(key, known)
            return key
        # An answer to our own write may come before the event of an earlier one.
        if known is None or _version(manifest) >= _version(known):
            self.objects.setdefault(key, {})[manifest["metadata"]["name"]] = compact(manifest)
        return key

    def drop(self, manifest: Manifest) -> Key | None:
        key = self._key_of(manifest)
        if key is None:
            return None
        self._gone.add((key.namespace, manifest["metadata"]["uid"]))
        known = self._known(key, manifest)
        if known is not None and known["metadata"]["uid"] == manifest["metadata"]["uid"]:
            self._forget(key, known)
        return key

    def replace(self, listed: Listed, namespace: str | None) -> None:
        for manifest in listed.manifests:
            self.put(manifest)
        uids = listed.left_out.union(manifest["metadata"]["uid"] for manifest in listed.manifests)
        for key in list(self.objects):
            if namespace is not None and key.namespace != namespace:
                continue
            for known in self.of(key):
                if known["metadata"]["uid"] not in uids and _version(known) <= _number(listed.version):
                    self._forget(key, known)
        self._gone = {gone for gone in self._gone if namespace is not None and gone[0] != namespace}

    def _known(self, key: Key, manifest: Manifest) -> Manifest | None:
        return self.objects.get(key, {}).get(manifest["metadata"]["name"])

    def _forget(self, key: Key, manifest: Manifest) -> None:
        own = self.objects[key]
        del own[manifest["metadata"]["name"]]
        if not own:
            del self.objects[key]


def _own_key(manifest: Manifest) -> Key:
    return Key(manifest["metadata"]["namespace"], manifest["metadata"]["name"])


def _label_key(manifest: Manifest) -> Key | None:
    name = _label(manifest)
    return Key(manifest["metadata"]["namespace"], name) if name else None


def _label(manifest: Manifest) -> str | None:
    name: str | None = (manifest["metadata"].get("labels") or {}).get(labels.NAME)
    return name


def _version(manifest: Manifest) -> int:
    return _number(manifest["metadata"]["resourceVersion"])


def _number(version: str) -> int:
    """Resource versions of a kind can be compared as numbers (KEP 5504, Kubernetes 1.35; so they were before)."""
    return int(version) if version.isdecimal() else 0
