"""The few requests that the operator makes."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Callable
from http import HTTPStatus
from typing import Any, Final, Literal
from urllib.parse import urlencode

from aiohttp import ClientError, ClientResponse, ClientTimeout
from kubernetes.aio.client import ApiClient

from detector_operator.api.resource import GROUP, PLURAL, VERSION
from detector_operator.operate.api_errors import LARGEST_BODY, ApiError, ConflictError, error_of
from detector_operator.operate.compact import compact
from detector_operator.operate.metrics_protocol import NoMetrics, OperatorMetrics
from detector_operator.operate.store import Listed
from detector_operator.specs.manifest import Manifest
from detector_trainer import __version__

LIMIT: Final = ClientTimeout(total=15)
FOLLOWED_SILENCE_SECONDS: Final = 300.0
"""A followed log without a line for so long is given up and opened again: its connection may be half open, its log rotated."""
FOLLOW_LIMIT: Final = ClientTimeout(total=None, sock_connect=15, sock_read=FOLLOWED_SILENCE_SECONDS)
LOG_BUFFER: Final = 1 << 13
"""Bytes of a log that are received before they are read. The client's own 2 MiB, of each of hundreds of logs, would hold up
everything else."""
JSON_PATCH: Final = "application/json-patch+json"
FIELD_MANAGER: Final = "detector-training"
USER_AGENT: Final = f"{FIELD_MANAGER}/{__version__}"
"""By it the operator's requests can be told from others in an audit log."""
UNCOMPRESSED: Final = {"Accept-Encoding": "identity"}
"""Compression of a list, and its undoing, take longer than the bytes on the network of a cluster."""
PAGE: Final = 100
"""Objects in one answer, at most: many at once would need more memory than all else, and not give it back."""
FIRST_PAGE: Final = 10
PAGE_BYTES: Final = 1 << 20
"""About the most bytes of one answer: how many objects that is depends on the sizes of those before."""
PATCH_NOT_APPLIED: Final = "the server rejected our request due to an error in our request"
"""The whole message where the test of a JSON patch fails (apimachinery, NewGenericServerResponse)."""
LIST_ATTEMPTS: Final = 3
"""How often a list is read from its beginning before its continue token stays valid to the end."""

Propagation = Literal["Background", "Foreground"]

RESOURCES: Final = f"/apis/{GROUP}/{VERSION}"
JOBS: Final = "/apis/batch/v1"
CORE: Final = "/api/v1"


class ApiServer:
    """Requests with plain manifests: typed models cost more time than everything else in a reconcile."""

    def __init__(self, client: ApiClient, metrics: OperatorMetrics | None = None) -> None:
        self._client, self._metrics = client, metrics or NoMetrics()

    @property
    def client(self) -> ApiClient:
        """The client that sends the requests."""
        return self._client

    def use(self, client: ApiClient) -> ApiClient:
        """Send later requests with another client. Returns the one before; its requests may still be running."""
        before, self._client = self._client, client
        return before

    async def create(self, prefix: str, namespace: str, plural: str, manifest: Manifest) -> Manifest:
        """Create an object.

        Raises:
            AlreadyExistsError: an object of this name exists.
            ApiError: it was not created, for another reason: a conflict with the update of a quota, which is a 409 too.
        """
        path = f"{prefix}/namespaces/{namespace}/{plural}?fieldManager={FIELD_MANAGER}"
        created: Manifest = await self._json("POST", path, manifest)
        return created

    async def read(self, prefix: str, namespace: str, plural: str, name: str) -> Manifest | None:
        """Read an object; None if it does not exist.

        Raises:
            ApiError: it cannot be read.
        """
        try:
            found: Manifest = await self._json("GET", f"{prefix}/namespaces/{namespace}/{plural}/{name}")
        except ApiError as error:
            if error.gone:
                return None
            raise
        return found

    async def delete(
        self, prefix: str, namespace: str, plural: str, name: str, uid: str, propagation: Propagation = "Background"
    ) -> Manifest | None:
        """Delete the object of this name if it has this uid. It is no error if it is gone, or if another one has the name.

        Args:
            prefix: API group and version.
            namespace: its namespace.
            plural: its kind.
            name: its name.
            uid: its uid.
            propagation: "Background" deletes the object first, "Foreground" what it owns first: the object then exists, with
                a deletionTimestamp, until its pods are gone.

        Returns:
            The object as it is being deleted; None if it is gone.

        Raises:
            ApiError: it cannot be deleted.
        """
        options = {"propagationPolicy": propagation, "preconditions": {"uid": uid}}
        try:
            answer: Manifest = await self._json("DELETE", f"{prefix}/namespaces/{namespace}/{plural}/{name}", options)
        except ApiError as error:
            if not error.gone and error.status != HTTPStatus.CONFLICT:
                raise
            return None
        return answer if "deletionTimestamp" in answer.get("metadata", {}) else None

    async def write_status(self, namespace: str, name: str, status: Manifest, resource_version: str) -> Manifest:
        """Replace the status of a resource that has not changed since it was read.

        Raises:
            ConflictError: it has changed.
            ApiError: it cannot be written.
        """
        patch = [
            {"op": "test", "path": "/metadata/resourceVersion", "value": resource_version},
            {"op": "add", "path": "/status", "value": status},
        ]
        path = f"{RESOURCES}/namespaces/{namespace}/{PLURAL}/{name}/status?fieldManager={FIELD_MANAGER}"
        try:
            written: Manifest = await self._json("PATCH", path, patch, JSON_PATCH)
        except ApiError as error:
            if error.status == HTTPStatus.CONFLICT or error.message == PATCH_NOT_APPLIED:
                raise ConflictError(error.status, error.reason, error.message, error.retry_after) from error
            raise
        return written

    async def list(self, path: str, known: Callable[[Manifest], bool] = lambda _: False, **query: str) -> Listed:
        """Read a list, page by page, without the objects that are known: thousands of them would take their memory twice.

        A list that takes longer than its continue token lives is read again from its beginning.

        Raises:
            ApiError: it cannot be read.
        """
        for attempt in range(1, LIST_ATTEMPTS + 1):
            try:
                return await self._pages(path, known, query)
            except ApiError as error:
                if error.status != HTTPStatus.GONE or attempt == LIST_ATTEMPTS:
                    raise
        raise AssertionError("unreachable")

    async def _pages(self, path: str, known: Callable[[Manifest], bool], query: dict[str, str]) -> Listed:
        found: list[Manifest] = []
        left_out: list[str] = []
        page = {**query, "limit": str(min(FIRST_PAGE, PAGE))}
        while True:
            text = await self._text("GET", f"{path}?{urlencode(page)}")
            answer = json.loads(text)
            page["limit"] = str(_next_page(len(answer["items"]), len(text)))
            del text
            for item in answer["items"]:
                if known(item):
                    left_out.append(item["metadata"]["uid"])
                else:
                    found.append(compact(item))
            if not answer["metadata"].get("continue"):
                return Listed(found, answer["metadata"]["resourceVersion"], frozenset(left_out))
            page["continue"] = answer["metadata"]["continue"]

    async def log_chunks(self, namespace: str, pod: str, container: str, tail: int, *, follow: bool) -> AsyncGenerator[bytes]:
        """Read the last lines of a container's log; to follow it, also what is written from then on, until it ends.

        Chunks that have been received already come without a turn for other tasks between them.

        Raises:
            ApiError: there is no log, or not yet.
            TimeoutError: a followed log had no line for FOLLOWED_SILENCE_SECONDS. It may only have been silent: open it again.
            aiohttp.ClientError: the connection was lost.
        """
        query = urlencode({"container": container, "follow": str(follow).lower(), "tailLines": tail})
        path = f"{CORE}/namespaces/{namespace}/pods/{pod}/log?{query}"
        response = await self._request("GET", path, limit=FOLLOW_LIMIT if follow else LIMIT, buffer=LOG_BUFFER)
        try:
            async for chunk in response.content.iter_any():
                yield chunk
        finally:
            response.close()

    async def _json(self, method: str, path: str, body: object = None, content_type: str = "application/json") -> Manifest:
        answer: Manifest = json.loads(await self._text(method, path, body, content_type))
        return answer

    async def _text(self, method: str, path: str, body: object = None, content_type: str = "application/json") -> bytes:
        response = await self._request(method, path, body, content_type)
        return await response.read()

    async def _request(
        self,
        method: str,
        path: str,
        body: object = None,
        content_type: str = "application/json",
        limit: ClientTimeout = LIMIT,
        *,
        buffer: int | None = None,
    ) -> ClientResponse:
        configuration = self._client.configuration
        headers = {"Accept": "application/json", "Content-Type": content_type, "User-Agent": USER_AGENT, **UNCOMPRESSED}
        clock = asyncio.get_running_loop().time
        began = clock()
        try:
            await self._client.update_params_for_auth(headers, [], ["BearerToken"], path, method, body)
            rest: Any = self._client.rest_client
            url = configuration.host + path
            response: ClientResponse
            if buffer is None:
                response = (await rest.request(method, url, headers=headers, body=body, _request_timeout=limit)).response
            else:
                response = await _with_buffer(rest, url, headers, limit, buffer)
        except (ClientError, OSError) as error:
            code = "timeout" if isinstance(error, TimeoutError) else "connection-error"
            self._metrics.api_request(method, code, clock() - began)
            raise
        self._metrics.api_request(method, str(response.status), clock() - began)
        if response.status >= HTTPStatus.BAD_REQUEST:
            raise error_of(response.status, response.headers, await _body_of_error(response))
        return response


async def _with_buffer(rest: Any, url: str, headers: dict[str, str], limit: ClientTimeout, size: int) -> ClientResponse:
    """Send a GET request as `rest` does, whose answer is received into a buffer of this size."""
    if rest.pool_manager is None:
        rest.pool_manager = rest._create_pool_manager()
    name = rest.configuration.tls_server_name
    optional = {"server_hostname": name, "proxy": rest.proxy, "proxy_headers": rest.proxy_headers}
    given = {key: value for key, value in optional.items() if value}
    response: ClientResponse = await rest.pool_manager.request(
        "GET", url, headers=headers, timeout=limit, read_bufsize=size, **given
    )
    return response


async def _body_of_error(response: ClientResponse) -> bytes:
    """Read an answer, or its beginning: what is larger is no Status."""
    body = b""
    async for chunk in response.content.iter_any():
        body += chunk
        if len(body) > LARGEST_BODY:
            response.close()
            break
    return body


def _next_page(objects: int, size: int) -> int:
    """Return how many objects the next page of a list may have, if they are as large as those of the last one."""
    return max(1, min(PAGE, PAGE_BYTES * objects // max(size, 1))) if objects else PAGE
