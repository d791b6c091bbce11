"""The few requests of a watch from outside, with neither the operator's client nor kubectl."""

from __future__ import annotations

import http.client
import json
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

from cluster.control_plane import SERVER
from cluster.kubectl import Manifest
from cluster.up import Cluster

GONE = 410
ANSWER_SECONDS = 10.0
"""A watch that is silent for so long is opened again: the other end may have closed it silently."""


class Unavailable(Exception):
    """The API server did not answer, or not as it should."""


class TooOld(Exception):
    """The API server no longer has what came after a version."""


@dataclass(frozen=True)
class Client:
    """Lists and watches."""

    server: str
    tls: ssl.SSLContext | None

    @classmethod
    def of(cls, cluster: Cluster) -> Client:
        """As an administrator whom the audit log does not mention."""
        credentials, name = cluster.credentials, "chaos-record"
        pair = credentials.authority.issue(name, groups=("system:masters",))
        certificate, key = pair.write(credentials.folder, name)
        tls = ssl.create_default_context(cafile=str(credentials.file("ca.crt")))
        tls.load_cert_chain(certificate, key)
        return cls(SERVER, tls)

    def list(self, path: str) -> tuple[list[Manifest], str]:
        """Return all objects, and the version of the list.

        Raises:
            Unavailable: they cannot be read now.
        """
        connection = self._connection()
        try:
            connection.request("GET", path)
            response = connection.getresponse()
            text = response.read()
            if response.status != http.client.OK:
                raise Unavailable(f"{response.status}")
            listed: dict[str, Any] = json.loads(text)
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise Unavailable(repr(error)) from error
        finally:
            connection.close()
        return listed["items"], listed["metadata"]["resourceVersion"]

    def watch(self, path: str, version: str) -> Iterator[tuple[str, Manifest]]:
        """Yield what happens after a version: ADDED, MODIFIED, DELETED or BOOKMARK, and the object.

        Raises:
            Unavailable: it was, and is not any more, or not now.
            TooOld: it must be listed again.
        """
        connection = self._connection()
        query = urlencode({"watch": "true", "allowWatchBookmarks": "true", "resourceVersion": version})
        try:
            connection.request("GET", f"{path}?{query}")
            response = connection.getresponse()
            if response.status == GONE:
                raise TooOld
            if response.status != http.client.OK:
                raise Unavailable(f"{response.status}")
            while line := response.readline():
                event = json.loads(line)
                if event["type"] == "ERROR":
                    raise TooOld if event["object"].get("code") == GONE else Unavailable(str(event["object"]))
                yield event["type"], event["object"]
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise Unavailable(repr(error)) from error
        finally:
            connection.close()

    def _connection(self) -> http.client.HTTPConnection:
        place = urlsplit(self.server)
        if self.tls is None:
            return http.client.HTTPConnection(place.hostname or "", place.port, timeout=ANSWER_SECONDS)
        return http.client.HTTPSConnection(place.hostname or "", place.port, timeout=ANSWER_SECONDS, context=self.tls)
