"""Send the requests of the operator to the API server."""

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
from detector_operator.builders.manifest import Manifest
from detector_operator.controller.api_errors import MAX_BODY_BYTES, ApiError, ConflictError, error_of
from detector_operator.controller.compact import compact
from detector_operator.controller.metrics_protocol import NoMetrics, OperatorMetrics
from detector_operator.controller.store import ListResult
from detector_trainer import __version__

LIMIT: Final = ClientTimeout(total=15)
FOLLOWED_SILENCE_SECONDS: Final = 300.0
"""A followed log without a line for so long is reopened: its connection may be half open, or the log was rotated."""
FOLLOW_LIMIT: Final = ClientTimeout(total=None, sock_connect=15, sock_read=FOLLOWED_SILENCE_SECONDS)
LOG_BUFFER: Final = 1 << 13
"""Bytes of a log that are buffered before they are read. The client's default of 2 MiB, for each of hundreds of logs, would block
everything else."""
JSON_PATCH: Final = "application/json-patch+json"
FIELD_MANAGER: Final = "detector-training"
USER_AGENT: Final = f"{FIELD_MANAGER}/{__version__}"
"""Identifies the operator's requests in an audit log."""
UNCOMPRESSED: Final = {"Accept-Encoding": "identity"}
"""Compressing and decompressing a list takes longer than its transfer within a cluster."""
PAGE: Final = 100
"""Maximum number of objects in one response: larger ones would need more memory than everything else, and never return it."""
FIRST_PAGE: Final = 10
PAGE_BYTES: Final = 1 << 20
"""Approximate maximum size of one response; the number of objects follows from the sizes of those before."""
PATCH_NOT_APPLIED: Final = "the server rejected our request due to an error in our request"
"""The message if the test of a JSON patch fails (apimachinery, NewGenericServerResponse)."""
LIST_ATTEMPTS: Final = 3
"""How often a list is restarted because its continue token expired."""

Propagation = Literal["Background", "Foreground"]

RESOURCES: Final = f"/apis/{GROUP}/{VERSION}"
JOBS: Final = "/apis/batch/v1"
CORE: Final = "/api/v1"


class ApiServer:
    """Send requests with plain manifests: typed models take more time than everything else in a reconcile."""

    def __init__(self, client: ApiClient, metrics: OperatorMetrics | None = None) -> None:
        self._client, self._metrics = client, metrics or NoMetrics()
        self._pages: dict[str, int] = {}

    @property
    def client(self) -> ApiClient:
        """Return the client that sends the requests."""
        return self._client

    @property
    def page(self) -> int:
        """Return how many objects of each list that was read fit in one response."""
        return min(self._pages.values(), default=FIRST_PAGE)

    def replace_client(self, client: ApiClient) -> ApiClient:
        """Use another client for later requests. Returns the previous one, whose requests may still be running."""
        before, self._client = self._client, client
        return before

    async def create(self, prefix: str, namespace: str, plural: str, manifest: Manifest) -> Manifest:
        """Create an object.

        Raises:
            AlreadyExistsError: an object with this name exists.
            ApiError: it was not created for another reason, such as a conflict with the update of a quota, which is also a 409.
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
            if error.not_found:
                return None
            raise
        return found

    async def delete(
        self, prefix: str, namespace: str, plural: str, name: str, uid: str, propagation: Propagation = "Background"
    ) -> Manifest | None:
        """Delete the object with this name and uid. It is not an error if it does not exist, or if another object has the name.

        Args:
            prefix: path of the API group and version.
            namespace: namespace of the object.
            plural: plural of its kind.
            name: name of the object.
            uid: uid of the object.
            propagation: "Background" deletes the object first; "Foreground" deletes its dependents first: the object then exists,
                with a deletionTimestamp, until its pods are gone.

        Returns:
            The object with its deletionTimestamp; None if it no longer exists.

        Raises:
            ApiError: it cannot be deleted.
        """
        options = {"propagationPolicy": propagation, "preconditions": {"uid": uid}}
        try:
            answer: Manifest = await self._json("DELETE", f"{prefix}/namespaces/{namespace}/{plural}/{name}", options)
        except ApiError as error:
            if not error.not_found and error.status != HTTPStatus.CONFLICT:
                raise
            return None
        return answer if "deletionTimestamp" in answer.get("metadata", {}) else None

    async def write_status(self, namespace: str, name: str, status: Manifest, resource_version: str) -> Manifest:
        """Replace the status of a resource, if it has not changed since it was read.

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

    async def list(self, path: str, known: Callable[[Manifest], bool] = lambda _: False, **query: str) -> ListResult:
        """Read a list page by page, leaving out the known objects: keeping thousands of them twice would take too much memory.

        The list is restarted if its continue token expires.

        Raises:
            ApiError: it cannot be read.
        """
        for attempt in range(1, LIST_ATTEMPTS + 1):
            try:
                return await self._list_pages(path, known, query)
            except ApiError as error:
                if error.status != HTTPStatus.GONE or attempt == LIST_ATTEMPTS:
                    raise
        raise AssertionError("unreachable")

    async def _list_pages(self, path: str, known: Callable[[Manifest], bool], query: dict[str, str]) -> ListResult:
        found: list[Manifest] = []
        left_out: list[str] = []
        page = {**query, "limit": str(min(FIRST_PAGE, PAGE))}
        fit = PAGE
        while True:
            text = await self._text("GET", f"{path}?{urlencode(page)}")
            answer = json.loads(text)
            following = _next_page(len(answer["items"]), len(text))
            page["limit"], fit = str(following), min(fit, following)
            del text
            for item in answer["items"]:
                if known(item):
                    left_out.append(item["metadata"]["uid"])
                else:
                    found.append(compact(item))
            if not answer["metadata"].get("continue"):
                self._pages[path] = fit
                return ListResult(found, answer["metadata"]["resourceVersion"], frozenset(left_out))
            page["continue"] = answer["metadata"]["continue"]

    async def log_chunks(self, namespace: str, pod: str, container: str, tail: int, *, follow: bool) -> AsyncGenerator[bytes]:
        """Read the last lines of a container's log; with `follow`, continue with the new ones until the log ends.

        Chunks that were already received are yielded without giving other tasks a turn.

        Raises:
            ApiError: the log does not exist, or not yet.
            TimeoutError: a followed log had no line for FOLLOWED_SILENCE_SECONDS. It may just be silent: reopen it.
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
        parsed: Manifest = json.loads(await self._text(method, path, body, content_type))
        return parsed

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
    """Send a GET request as `rest` does, with this buffer size for the response."""
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
    """Read the body of an error response, at most about MAX_BODY_BYTES: a larger one is not a Status."""
    body = b""
    async for chunk in response.content.iter_any():
        body += chunk
        if len(body) > MAX_BODY_BYTES:
            response.close()
            break
    return body


def _next_page(objects: int, size: int) -> int:
    """Return the number of objects to request for the next page, assuming they are as large as those of the last one."""
    return max(1, min(PAGE, PAGE_BYTES * objects // max(size, 1))) if objects else PAGE
