"""The record has every version that an API server reported, however often it was unavailable."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from chaos import record
from chaos.client import Client
from chaos.record import Record
from cluster.waiting import until


class Server:
    """Answers lists and watches of Jobs as a test defines; other kinds are empty."""

    def __init__(self):
        self.jobs, self.events, self.asked = [], {}, []
        self.changed = threading.Condition()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                outer.answer(self)

            def log_message(self, *_):
                """Not to the terminal."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()
        self.client = Client(f"http://127.0.0.1:{self._server.server_address[1]}", None)

    def answer(self, request):
        path, _, query = request.path.partition("?")
        if "watch=true" not in query:
            items, version = self.jobs.pop(0) if path.endswith("/jobs") and self.jobs else ([], "1")
            return self._send(request, 200, {"items": items, "metadata": {"resourceVersion": version}})
        version = query.rpartition("=")[2]
        if not path.endswith("/jobs"):
            return self._send(request, 503, {})
        with self.changed:
            self.asked.append(version)
            found = self.events.pop(version, None)
        if found is None:
            return self._send(request, 503, {})
        if found == 410:
            return self._send(request, 410, {})
        request.send_response(200)
        request.end_headers()
        for kind, manifest in found:
            request.wfile.write(json.dumps({"type": kind, "object": manifest}).encode() + b"\n")
        return None

    def _send(self, request, status, body):
        text = json.dumps(body).encode()
        request.send_response(status)
        request.send_header("Content-Length", str(len(text)))
        request.end_headers()
        request.wfile.write(text)

    def close(self):
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def server(monkeypatch):
    monkeypatch.setattr(record, "AGAIN_SECONDS", 0.01)
    server = Server()
    yield server
    server.close()


def job(version, name="a", uid=None):
    return {"metadata": {"name": name, "uid": uid or name, "resourceVersion": str(version)}}


def seen(kept, condition):
    """The Jobs, once the condition holds for them."""

    def look():
        found = kept.objects("jobs")
        return found if condition(found) else None

    return until(look, "the record", seconds=20, every=0.01)


def versions(each):
    return [manifest["metadata"]["resourceVersion"] for _, manifest in each.versions]


def test_what_was_there_and_what_came(server):
    server.jobs = [([job(3)], "5")]
    server.events = {"5": [("MODIFIED", job(6)), ("ADDED", job(7, "b")), ("BOOKMARK", job(9))]}
    with Record().watching(server.client, "team") as kept:
        found = seen(kept, lambda found: len(found) == 2)
        assert [versions(each) for each in found] == [["3", "6"], ["7"]]


def test_a_watch_that_breaks_goes_on_where_it_was(server):
    server.jobs = [([], "5")]
    server.events = {"5": [("ADDED", job(6))], "6": [("MODIFIED", job(7))], "7": [("DELETED", job(8))]}
    with Record().watching(server.client, "team") as kept:
        (found,) = seen(kept, lambda found: found and found[0].deleted is not None)
        assert (versions(found), found.deletion_seen) == (["6", "7", "8"], True)
        assert kept.latest("jobs", "a") is None


def test_where_the_server_has_forgotten_it_lists_again(server):
    server.jobs = [([job(3), job(4, "b")], "5"), ([job(4, "b"), job(8, "a", "another")], "9")]
    server.events = {"5": 410}
    with Record().watching(server.client, "team") as kept:
        found = seen(kept, lambda found: len(found) == 3 and any(each.deleted for each in found))
        assert [(each.name, each.uid, each.deleted is not None) for each in found] == [
            ("a", "a", True),
            ("b", "b", False),
            ("a", "another", False),
        ]
        assert not found[0].deletion_seen
        assert kept.latest("jobs", "a")["metadata"]["uid"] == "another"


def test_an_error_in_a_watch_lists_again(server):
    server.jobs = [([], "5"), ([job(8)], "9")]
    server.events = {"5": [("ERROR", {"code": 410})]}
    with Record().watching(server.client, "team") as kept:
        seen(kept, lambda found: len(found) == 1)


def test_an_object_that_cannot_be_understood_is_not_passed_over_in_silence(server):
    server.jobs = [([{}], "5")]
    with Record().watching(server.client, "team") as kept:
        assert isinstance(until(lambda: kept.error, "the error", seconds=20), KeyError)
