"""The few requests that the operator makes."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Callable, Mapping
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import urlencode

from aiohttp import ClientTimeout
from kubernetes.aio.client import ApiClient

from detector_operator.api.resource import GROUP, PLURAL, VERSION
from detector_operator.operate.lines import lines_of
from detector_operator.operate.store import Listed, without_managed_fields
from detector_operator.specs.manifest import Manifest
from detector_trainer import __version__

LIMIT: Final = ClientTimeout(total=15)
NO_LIMIT: Final = ClientTimeout(total=None, sock_connect=15)
JSON_PATCH: Final = "application/json-patch+json"
MERGE_PATCH: Final = "application/merge-patch+json"
FIELD_MANAGER: Final = "detector-training"
USER_AGENT: Final = f"{FIELD_MANAGER}/{__version__}"
"""By it the operator's requests can be told from others in an audit log."""
PAGE: Final = 100
"""Objects in one answer, with their managed fields: many at once would need more memory than all else, and not give it back."""
PATCH_NOT_APPLIED: Final = "the server rejected our request due to an error in our request"
"""All that an API server says where the test of a JSON patch fails (apimachinery, NewGenericServerResponse)."""

RESOURCES: Final = f"/apis/{GROUP}/{VERSION}"
JOBS: Final = "/apis/batch/v1"
CORE: Final = "/api/v1"


class Refused(Exception):
    """The API server has answered with an error.

    Args:
        status: HTTP status.
        message: what it says.
    """

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status

    @property
    def gone(self) -> bool:
        """Whether what was asked about is not there."""
        return self.status == HTTPStatus.NOT_FOUND


class Stale(Exception):
    """The object has changed since it was read."""


class ApiServer:
    """Requests with plain manifests: typed models cost more time than everything else in a reconcile."""

    def __init__(self, client: ApiClient) -> None:
        self._client = client

    async def create(self, prefix: str, namespace: str, plural: str, manifest: Manifest) -> Manifest | None:
        """Creates an object; None if one of that name is there already.

        Raises:
            Refused: it cannot be created.
        """
        path = f"{prefix}/namespaces/{namespace}/{plural}?fieldManager={FIELD_MANAGER}"
        try:
            created: Manifest = await self._json("POST", path, manifest)
        except Refused as error:
            if error.status == HTTPStatus.CONFLICT:
                return None
            raise
        return created

    async def merge(self, prefix: str, namespace: str, plural: str, name: str, patch: Manifest) -> Manifest:
        """Merges a patch into an object.

        Raises:
            Refused: it cannot be changed.
        """
        path = f"{prefix}/namespaces/{namespace}/{plural}/{name}?fieldManager={FIELD_MANAGER}"
        merged: Manifest = await self._json("PATCH", path, patch, MERGE_PATCH)
        return merged

    async def delete(self, prefix: str, namespace: str, plural: str, name: str, uid: str) -> None:
        """Deletes an object, if it is the one of this uid, and leaves what it owns to the garbage collector.

        Raises:
            Refused: it cannot be deleted.
        """
        options = {"propagationPolicy": "Background", "preconditions": {"uid": uid}}
        try:
            await self._json("DELETE", f"{prefix}/namespaces/{namespace}/{plural}/{name}", options)
        except Refused as error:
            if not error.gone and error.status != HTTPStatus.CONFLICT:
                raise

    async def write_status(self, namespace: str, name: str, status: Manifest, resource_version: str) -> Manifest:
        """Replaces the status of a resource that is still as it was read.

        Raises:
            Stale: it is not.
            Refused: it cannot be written.
        """
        patch = [
            {"op": "test", "path": "/metadata/resourceVersion", "value": resource_version},
            {"op": "add", "path": "/status", "value": status},
        ]
        path = f"{RESOURCES}/namespaces/{namespace}/{PLURAL}/{name}/status?fieldManager={FIELD_MANAGER}"
        try:
            written: Manifest = await self._json("PATCH", path, patch, JSON_PATCH)
        except Refused as error:
            if error.status == HTTPStatus.CONFLICT or str(error) == PATCH_NOT_APPLIED:
                raise Stale from error
            raise
        return written

    async def list(self, path: str, known: Callable[[Manifest], bool] = lambda _: False, **query: str) -> Listed:
        """The objects of a list, without those that are known: thousands of them would take their memory twice.

        Raises:
            Refused: they cannot be read.
        """
        found: list[Manifest] = []
        left_out: list[str] = []
        page = {**query, "limit": str(PAGE)}
        while True:
            answer = await self._json("GET", f"{path}?{urlencode(page)}")
            for item in answer["items"]:
                if known(item):
                    left_out.append(item["metadata"]["uid"])
                else:
                    found.append(without_managed_fields(item))
            if not answer["metadata"].get("continue"):
                return Listed(found, answer["metadata"]["resourceVersion"], frozenset(left_out))
            page["continue"] = answer["metadata"]["continue"]

    async def log_lines(self, namespace: str, pod: str, container: str, tail: int, *, follow: bool) -> AsyncGenerator[str]:
        """The last lines of a container's log; to follow it, also every line as it is written, until it ends.

        Raises:
            Refused: there is no log, or not yet.
        """
        query = urlencode({"container": container, "follow": str(follow).lower(), "tailLines": tail})
        response = await self._request(
            "GET", f"{CORE}/namespaces/{namespace}/pods/{pod}/log?{query}", limit=NO_LIMIT if follow else LIMIT
        )
        try:
            async for line in lines_of(response.content.iter_any()):
                yield line
        finally:
            response.close()

    async def _json(self, method: str, path: str, body: Any = None, content_type: str = "application/json") -> Any:
        response = await self._request(method, path, body, content_type)
        return json.loads(await response.read())

    async def _request(
        self,
        method: str,
        path: str,
        body: Any = None,
        content_type: str = "application/json",
        limit: ClientTimeout = LIMIT,
    ) -> Any:
        configuration = self._client.configuration
        headers = {"Accept": "application/json", "Content-Type": content_type, "User-Agent": USER_AGENT}
        await self._client.update_params_for_auth(headers, [], ["BearerToken"], path, method, body)
        rest: Any = self._client.rest_client
        answer = await rest.request(method, configuration.host + path, headers=headers, body=body, _request_timeout=limit)
        response = answer.response
        if response.status >= HTTPStatus.BAD_REQUEST:
            raise Refused(response.status, _message(await response.read()))
        return response


def _message(body: bytes) -> str:
    """What the API server says in its Status."""
    try:
        said: Mapping[str, Any] = json.loads(body)
    except ValueError:
        return body.decode("utf-8", "replace")[:500]
    return str(said.get("message", ""))
