"""An API server that keeps nothing but what was asked of it, and answers as a test configures."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterable
from contextlib import suppress

from detector_operator.api.status import rfc3339
from detector_operator.builders.manifest import Manifest
from detector_operator.controller.api_errors import AlreadyExistsError, ApiError
from detector_operator.controller.store import ListResult, NamespacedName
from support.trainings import T0

KEY = NamespacedName("team", "pets")
Log = Iterable[str | bytes | Exception | asyncio.Event]
"""Lines, or chunks of bytes; what is raised, and what is waited for before the next."""


class FakeApiServer:
    """`requests` is what was asked: (verb, plural, name)."""

    def __init__(self) -> None:
        self.requests: list[tuple[str, str, str | None]] = []
        self.objects: dict[tuple[str, str], Manifest] = {}
        self.refusals: dict[str, Exception] = {}
        self.lists: dict[str, ListResult] = {}
        self.logs: dict[str, Log | Callable[[bool], Log]] = {}
        self.deletions: list[tuple[str, str, str]] = []
        """Name, uid that the object must have, and propagation of each delete."""
        self.version = 1000

    def refuse(self, plural: str, status: int, message: str, reason: str = "") -> None:
        """Every request about this kind is refused from now on."""
        self.refusals[plural] = ApiError(status, reason, message)

    async def create(self, _prefix: str, _namespace: str, plural: str, manifest: Manifest) -> Manifest:
        name = manifest["metadata"]["name"]
        self._note("create", plural, name)
        if (plural, name) in self.objects:
            raise AlreadyExistsError(409, "AlreadyExists", f'{plural} "{name}" already exists')
        return self._keep(plural, {**manifest, "metadata": {"uid": f"uid-of-{name}", **manifest["metadata"]}})

    async def read(self, _prefix: str, _namespace: str, plural: str, name: str) -> Manifest | None:
        self._note("get", plural, name)
        return self.objects.get((plural, name))

    async def delete(
        self, _prefix: str, _namespace: str, plural: str, name: str, uid: str, propagation: str = "Background"
    ) -> Manifest | None:
        """Delete an object. With propagation Foreground it stays, with a deletionTimestamp, until a test calls `remove`."""
        self._note("delete", plural, name)
        self.deletions.append((name, uid, propagation))
        known = self.objects.get((plural, name))
        if known is None or known["metadata"]["uid"] != uid:
            return None
        if propagation != "Foreground":
            del self.objects[plural, name]
            return None
        if "deletionTimestamp" in known["metadata"]:
            return known
        deletion = {"deletionTimestamp": rfc3339(T0), "deletionGracePeriodSeconds": 0, "finalizers": ["foregroundDeletion"]}
        return self._keep(plural, {**known, "metadata": {**known["metadata"], **deletion}})

    async def write_status(self, _namespace: str, name: str, status: Manifest, resource_version: str) -> Manifest:
        self._note("status", "detectortrainings", name)
        known = self.objects[("detectortrainings", name)]
        assert known["metadata"]["resourceVersion"] == resource_version
        return self._keep("detectortrainings", {**known, "status": status})

    async def list(self, path: str, known: Callable[[Manifest], bool] | None = None, **query: str) -> ListResult:
        self._note("list", path.rsplit("/", 1)[-1], query.get("fieldSelector") or query.get("labelSelector"))
        whole = self.lists.get(path, ListResult([], "1"))
        if known is None:
            return whole
        left_out = frozenset(manifest["metadata"]["uid"] for manifest in whole.manifests if known(manifest))
        return ListResult([each for each in whole.manifests if each["metadata"]["uid"] not in left_out], whole.version, left_out)

    async def log_chunks(self, _namespace: str, pod: str, _container: str, _tail: int, *, follow: bool) -> AsyncGenerator[bytes]:
        self._note("log", "follow" if follow else "read", pod)
        answer = self.logs[pod]
        for line in answer(follow) if callable(answer) else answer:
            if isinstance(line, Exception):
                raise line
            if hasattr(line, "wait"):
                await line.wait()
            else:
                yield line if isinstance(line, bytes) else f"{line}\n".encode()

    def put(self, plural: str, manifest: Manifest) -> Manifest:
        """Add an object that exists already."""
        return self._keep(plural, manifest)

    def remove(self, plural: str, name: str) -> Manifest:
        """Remove an object, as the garbage collector does once what it owns is gone."""
        return self.objects.pop((plural, name))

    def count(self, verb: str) -> int:
        """How many requests of a kind."""
        return len([request for request in self.requests if request[0] == verb])

    def _note(self, verb: str, plural: str, name: str | None) -> None:
        self.requests.append((verb, plural, name))
        with suppress(KeyError):
            raise self.refusals[plural]

    def _keep(self, plural: str, manifest: Manifest) -> Manifest:
        self.version += 1
        kept = {**manifest, "metadata": {**manifest["metadata"], "resourceVersion": str(self.version)}}
        self.objects[(plural, manifest["metadata"]["name"])] = kept
        return kept
