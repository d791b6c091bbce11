"""What is known of the cluster: the resources, and the Jobs and pods that belong to them, as the API server told last."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from detector_operator.specs import labels
from detector_operator.specs.manifest import Manifest


class Key(NamedTuple):
    """Which resource."""

    namespace: str
    name: str


class Store:
    """Objects by the resource they belong to; of two versions of an object the newer one stays."""

    def __init__(self) -> None:
        self._resources: dict[Key, Manifest] = {}
        self._jobs: dict[Key, dict[str, Manifest]] = {}
        self._pods: dict[Key, dict[str, Manifest]] = {}

    def __iter__(self) -> Iterator[Key]:
        """The keys of all resources."""
        return iter(list(self._resources))

    def __len__(self) -> int:
        """How many resources."""
        return len(self._resources)

    def resource(self, key: Key) -> Manifest | None:
        """A resource."""
        return self._resources.get(key)

    def jobs(self, key: Key) -> list[Manifest]:
        """The Jobs of a resource."""
        return list(self._jobs.get(key, {}).values())

    def pods(self, key: Key) -> list[Manifest]:
        """The pods of its Jobs."""
        return list(self._pods.get(key, {}).values())

    def put_resource(self, manifest: Manifest) -> Key:
        """Takes a resource as it is now."""
        key = Key(manifest["metadata"]["namespace"], manifest["metadata"]["name"])
        if _newer(manifest, self._resources.get(key)):
            self._resources[key] = _light(manifest)
        return key

    def drop_resource(self, manifest: Manifest) -> Key:
        """A resource was deleted; one of the same name may be there already."""
        key = Key(manifest["metadata"]["namespace"], manifest["metadata"]["name"])
        if _same(manifest, self._resources.get(key)):
            del self._resources[key]
        return key

    def put_job(self, manifest: Manifest) -> Key | None:
        """Takes a Job; None if it belongs to no resource."""
        return _put(self._jobs, manifest)

    def put_pod(self, manifest: Manifest) -> Key | None:
        """Takes a pod; None if it belongs to no resource."""
        return _put(self._pods, manifest)

    def drop_job(self, manifest: Manifest) -> Key | None:
        """A Job was deleted."""
        return _drop(self._jobs, manifest)

    def drop_pod(self, manifest: Manifest) -> Key | None:
        """A pod was deleted."""
        return _drop(self._pods, manifest)

    def replace(self, resources: Iterable[Manifest], jobs: Iterable[Manifest], pods: Iterable[Manifest]) -> None:
        """Takes whole lists: what is not in them is gone, and a watch has not told."""
        fresh = Store()
        for manifest in resources:
            fresh.put_resource(manifest)
        for manifest in jobs:
            fresh.put_job(manifest)
        for manifest in pods:
            fresh.put_pod(manifest)
        self._resources, self._jobs, self._pods = fresh._resources, fresh._jobs, fresh._pods


def _key(manifest: Manifest) -> Key | None:
    name = manifest["metadata"].get("labels", {}).get(labels.NAME)
    return Key(manifest["metadata"]["namespace"], name) if name else None


def _put(objects: dict[Key, dict[str, Manifest]], manifest: Manifest) -> Key | None:
    key = _key(manifest)
    if key is not None:
        own = objects.setdefault(key, {})
        name = manifest["metadata"]["name"]
        if _newer(manifest, own.get(name)):
            own[name] = _light(manifest)
    return key


def _drop(objects: dict[Key, dict[str, Manifest]], manifest: Manifest) -> Key | None:
    key = _key(manifest)
    if key is not None:
        own = objects.get(key, {})
        name = manifest["metadata"]["name"]
        if _same(manifest, own.get(name)):
            del own[name]
        if not own:
            objects.pop(key, None)
    return key


def _newer(manifest: Manifest, known: Manifest | None) -> bool:
    """An answer to our own write may come before the event of an earlier one."""
    return not _same(manifest, known) or _version(manifest) >= _version(known or manifest)


def _same(manifest: Manifest, known: Manifest | None) -> bool:
    return known is not None and manifest["metadata"]["uid"] == known["metadata"]["uid"]


def _version(manifest: Manifest) -> int:
    """Resource versions of a kind can be compared as numbers (KEP 5504, Kubernetes 1.35; so they were before)."""
    text = str(manifest["metadata"]["resourceVersion"])
    return int(text) if text.isdecimal() else 0


def _light(manifest: Manifest) -> Manifest:
    """Without what nobody here reads: managedFields are most of an object."""
    metadata = {name: value for name, value in manifest["metadata"].items() if name != "managedFields"}
    return {**manifest, "metadata": metadata}
