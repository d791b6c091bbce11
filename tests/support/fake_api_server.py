"""An API server that keeps nothing but what was asked of it, and answers as a test says."""

from __future__ import annotations

from contextlib import suppress

from detector_operator.operate.api_server import Refused
from detector_operator.operate.store import Key, Listed

KEY = Key("team", "pets")


class FakeApiServer:
    """`requests` is what was asked: (verb, plural, name)."""

    def __init__(self):
        self.requests = []
        self.objects = {}
        self.refusals = {}
        self.lists = {}
        self.logs = {}
        self.version = 1000

    def refuse(self, plural, status, message):
        """Every request about this kind is refused from now on."""
        self.refusals[plural] = Refused(status, message)

    async def create(self, _prefix, _namespace, plural, manifest):
        name = manifest["metadata"]["name"]
        self._note("create", plural, name)
        if (plural, name) in self.objects:
            return None
        return self._keep(plural, {**manifest, "metadata": {"uid": f"uid-of-{name}", **manifest["metadata"]}})

    async def merge(self, _prefix, _namespace, plural, name, patch):
        self._note("merge", plural, name)
        known = self.objects.get((plural, name))
        if known is None:
            raise Refused(404, f'{plural} "{name}" not found')
        metadata = {**known["metadata"], **patch.get("metadata", {})}
        return self._keep(plural, {**known, "metadata": metadata, "spec": {**known["spec"], **patch.get("spec", {})}})

    async def delete(self, _prefix, _namespace, plural, name, uid):
        self._note("delete", plural, name)
        known = self.objects.get((plural, name))
        if known is not None and known["metadata"]["uid"] == uid:
            del self.objects[plural, name]

    async def write_status(self, _namespace, name, status, resource_version):
        self._note("status", "detectortrainings", name)
        known = self.objects[("detectortrainings", name)]
        assert known["metadata"]["resourceVersion"] == resource_version
        return self._keep("detectortrainings", {**known, "status": status})

    async def list(self, path, known=None, **query):
        self._note("list", path.rsplit("/", 1)[-1], query.get("fieldSelector") or query.get("labelSelector"))
        whole = self.lists.get(path, Listed([], "1"))
        if known is None:
            return whole
        left_out = frozenset(manifest["metadata"]["uid"] for manifest in whole.manifests if known(manifest))
        return Listed([each for each in whole.manifests if each["metadata"]["uid"] not in left_out], whole.version, left_out)

    async def log_lines(self, _namespace, pod, _container, _tail, *, follow):
        self._note("log", "follow" if follow else "read", pod)
        answer = self.logs[pod]
        for line in answer(follow) if callable(answer) else answer:
            if isinstance(line, Exception):
                raise line
            if hasattr(line, "wait"):
                await line.wait()
            else:
                yield line

    def put(self, plural, manifest):
        """Something that is there."""
        return self._keep(plural, manifest)

    def count(self, verb):
        """How many requests of a kind."""
        return len([request for request in self.requests if request[0] == verb])

    def _note(self, verb, plural, name):
        self.requests.append((verb, plural, name))
        with suppress(KeyError):
            raise self.refusals[plural]

    def _keep(self, plural, manifest):
        self.version += 1
        kept = {**manifest, "metadata": {**manifest["metadata"], "resourceVersion": str(self.version)}}
        self.objects[(plural, manifest["metadata"]["name"])] = kept
        return kept
