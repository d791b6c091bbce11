"""What the operator asks of an API server, and what it makes of the answers."""

from __future__ import annotations

import asyncio
import json
import socket
from contextlib import aclosing

import pytest
from aiohttp import ClientError, ClientTimeout, web
from kubernetes.aio.client import ApiClient, Configuration

from detector_operator.controller import api_server
from detector_operator.controller.api_errors import AlreadyExistsError, ApiError, ConflictError
from detector_operator.controller.api_server import CORE, JOBS, ApiServer
from detector_operator.controller.metrics_protocol import NoMetrics

JOB = {"metadata": {"name": "pets-train-1"}}


async def create(server):
    return await server.create(JOBS, "team", "jobs", JOB)


async def write_status(server):
    return await server.write_status("team", "pets", {"phase": "Training"}, "7")


async def refused_by(asked):
    with pytest.raises(ApiError) as caught:
        await asked
    return caught.value


def answering(response):
    async def answer(_):
        return response() if callable(response) else response

    return answer


def test_what_is_created_is_answered(talk):
    seen = {}

    async def answer(request):
        seen.update(method=request.method, path=request.path_qs, body=await request.json())
        return web.json_response({**JOB, "kind": "Job"}, status=201)

    assert talk(answer, create) == {**JOB, "kind": "Job"}
    assert seen == {"method": "POST", "path": "/apis/batch/v1/namespaces/team/jobs?fieldManager=detector-training", "body": JOB}


def test_what_exists_already_is_an_error_of_its_own(talk, refusal):
    exists = refusal(409, 'jobs.batch "pets-train-1" already exists', reason="AlreadyExists")
    error = talk(answering(exists), lambda server: refused_by(create(server)))
    assert (type(error), error.status, error.reason) == (AlreadyExistsError, 409, "AlreadyExists")


def test_a_conflict_with_the_update_of_a_quota_is_not_mistaken_for_an_object_that_exists(talk, refusal):
    message = (
        'Operation cannot be fulfilled on resourcequotas "few": the object has been modified; please apply your changes to the '
        "latest version and try again"
    )
    error = talk(answering(refusal(409, message, reason="Conflict")), lambda server: refused_by(create(server)))
    assert (type(error), error.reason, error.message) == (ApiError, "Conflict", message)


@pytest.mark.parametrize(
    ("headers", "details", "seconds"),
    [
        ({"Retry-After": "7"}, {}, 7),
        ({}, {"retryAfterSeconds": 3}, 3),
        ({}, {}, None),
        ({"Retry-After": "Wed, 21 Oct 2026 07:28:00 GMT"}, {}, None),
        ({"Retry-After": "-1"}, {}, None),
    ],
    ids=["header", "details", "neither", "a date", "negative"],
)
def test_an_error_says_when_to_ask_again(talk, headers, details, seconds):
    body = {"kind": "Status", "reason": "TooManyRequests", "message": "too many requests", "details": details}
    response = web.json_response(body, status=429, headers=headers)
    error = talk(answering(response), lambda server: refused_by(create(server)))
    assert (error.status, error.reason, error.retry_after) == (429, "TooManyRequests", seconds)


@pytest.mark.parametrize(
    ("code", "message"),
    [
        (422, 'Job.batch "pets-train-1" is invalid: spec.template.spec.containers[0].name: Required value'),
        (503, "the server is currently unable to handle the request"),
    ],
    ids=["invalid", "unavailable"],
)
def test_a_rejection_says_what_the_server_says(talk, refusal, code, message):
    error = talk(answering(refusal(code, message)), lambda server: refused_by(create(server)))
    assert (error.status, str(error)) == (code, message)


def test_what_is_deleted_takes_along_what_it_owns_and_is_what_was_meant(talk):
    seen = {}

    async def answer(request):
        seen.update(method=request.method, path=request.path, body=await request.json())
        return web.json_response({"kind": "Status"})

    talk(answer, lambda server: server.delete(JOBS, "team", "jobs", "pets-train-1", "a-uid"))
    options = {"propagationPolicy": "Background", "preconditions": {"uid": "a-uid"}}
    assert seen == {"method": "DELETE", "path": "/apis/batch/v1/namespaces/team/jobs/pets-train-1", "body": options}


def test_the_pods_of_a_job_can_be_deleted_before_it(talk):
    seen = {}

    async def answer(request):
        seen.update(await request.json())
        return web.json_response({"kind": "Job"})

    talk(answer, lambda server: server.delete(JOBS, "team", "jobs", "pets-train-1", "a-uid", "Foreground"))
    assert seen == {"propagationPolicy": "Foreground", "preconditions": {"uid": "a-uid"}}


def test_one_object_is_read_by_its_name(talk):
    async def answer(request):
        assert (request.method, request.path_qs) == ("GET", "/api/v1/namespaces/team/configmaps/pets-config")
        return web.json_response({"kind": "ConfigMap"})

    assert talk(answer, lambda server: server.read(CORE, "team", "configmaps", "pets-config")) == {"kind": "ConfigMap"}


def test_an_object_that_does_not_exist_is_none(talk, refusal):
    missing = answering(refusal(404, 'configmaps "pets-config" not found', reason="NotFound"))
    assert talk(missing, lambda server: server.read(CORE, "team", "configmaps", "pets-config")) is None


@pytest.mark.parametrize("code", [404, 409])
def test_what_is_gone_or_another_by_now_need_not_be_deleted(talk, refusal, code):
    talk(answering(refusal(code, "no")), lambda server: server.delete(JOBS, "team", "jobs", "pets-train-1", "a-uid"))


def test_what_may_not_be_deleted_is_rejected(talk, refusal):
    forbidden = answering(refusal(403, "jobs is forbidden"))
    error = talk(forbidden, lambda server: refused_by(server.delete(JOBS, "team", "jobs", "pets-train-1", "a-uid")))
    assert error.status == 403


def test_an_error_of_something_before_the_server_is_reported_as_it_is(talk):
    answer = answering(web.Response(status=502, text="<html>Bad Gateway</html>"))
    assert str(talk(answer, lambda server: refused_by(create(server)))) == "<html>Bad Gateway</html>"


def test_a_status_is_replaced_if_the_resource_is_as_it_was_read(talk):
    seen = {}

    async def answer(request):
        seen.update(type=request.content_type, path=request.path, patch=await request.json())
        return web.json_response({"kind": "DetectorTraining"})

    talk(answer, write_status)
    assert seen["type"] == "application/json-patch+json"
    assert seen["path"] == "/apis/detector-training.io/v1alpha1/namespaces/team/detectortrainings/pets/status"
    assert seen["patch"] == [
        {"op": "test", "path": "/metadata/resourceVersion", "value": "7"},
        {"op": "add", "path": "/status", "value": {"phase": "Training"}},
    ]


@pytest.mark.parametrize(
    ("code", "message"),
    [
        # jsonPatcher.applyJSPatch: NewGenericServerResponse(422, "", …), without what failed.
        (422, "the server rejected our request due to an error in our request"),
        (
            409,
            'Operation cannot be fulfilled on detectortrainings "pets": the object has been modified; please apply your changes',
        ),
    ],
    ids=["the-test-of-the-patch-fails", "somebody-else-wrote-meanwhile"],
)
def test_a_resource_that_has_changed_is_stale(talk, refusal, code, message):
    async def conversation(server):
        with pytest.raises(ConflictError):
            await write_status(server)

    talk(answering(refusal(code, message, details={})), conversation)


def test_a_status_that_is_invalid_is_not_mistaken_for_stale_by_a_name_in_it(talk, refusal):
    message = 'DetectorTraining.detector-training.io "latest" is invalid: status.phase: Unsupported value: "x"'
    assert str(talk(answering(refusal(422, message)), lambda server: refused_by(write_status(server)))) == message


def test_a_list_is_read_in_pages(talk, monkeypatch):
    monkeypatch.setattr(api_server, "PAGE", 2)
    names = ["a", "b", "c", "d", "e"]

    async def answer(request):
        start = int(request.query.get("continue", 0))
        end = start + int(request.query["limit"])
        assert request.query["labelSelector"] == "x=y"
        items = [{"metadata": {"name": name, "uid": name, "managedFields": []}} for name in names[start:end]]
        return web.json_response(
            {"metadata": {"resourceVersion": "9", "continue": str(end) if end < len(names) else ""}, "items": items}
        )

    listed = talk(answer, lambda server: server.list(f"{CORE}/pods", labelSelector="x=y"))
    assert (listed.manifests, listed.version) == ([{"metadata": {"name": name, "uid": name}} for name in names], "9")
    listed = talk(
        answer, lambda server: server.list(f"{CORE}/pods", lambda pod: pod["metadata"]["name"] < "d", labelSelector="x=y")
    )
    assert ([pod["metadata"]["name"] for pod in listed.manifests], listed.left_out) == (["d", "e"], {"a", "b", "c"})


@pytest.mark.parametrize(
    ("size", "limits"),
    [(1_000, ["10", "100", "100"]), (100_000, ["10", "10", "10"]), (250_000, ["10", "4", "4"]), (3_000_000, ["10", "1", "1"])],
)
def test_an_answer_has_about_a_mebibyte_at_most(talk, size, limits):
    """Every list begins with a short page, which shows how large its objects are."""
    asked = []

    async def answer(request):
        asked.append(request.query["limit"])
        items = [{"metadata": {"uid": f"{len(asked)}-{number}"}, "x": "x" * size} for number in range(int(asked[-1]))]
        more = "more" if len(asked) < 3 else ""
        return web.json_response({"metadata": {"resourceVersion": "9", "continue": more}, "items": items}, dumps=json.dumps)

    talk(answer, lambda server: server.list(f"{CORE}/pods", lambda _: True))
    assert asked == limits


@pytest.mark.parametrize(("sizes", "page"), [([100, 100], 100), ([100_000, 100], 10), ([100, 3_000_000], 1)])
def test_kopf_can_know_how_many_objects_of_every_list_fit_in_a_response(talk, sizes, page):
    """It lists whole objects, in pages of a fixed number: a number for small ones would be far too large for large ones."""

    async def answer(request):
        size, count = int(request.path.rsplit("/", 1)[1]), int(request.query["limit"])
        items = [{"metadata": {"uid": str(number)}, "x": "x" * size} for number in range(count)]
        return web.json_response({"metadata": {"resourceVersion": "9"}, "items": items}, dumps=json.dumps)

    async def lists(server):
        for size in sizes:
            await server.list(f"{CORE}/{size}", lambda _: True)
        return server.page

    assert talk(answer, lists) == page


def test_no_answer_is_to_be_compressed(talk):
    async def answer(request):
        assert request.headers["Accept-Encoding"] == "identity"
        return web.json_response({"metadata": {"resourceVersion": "9"}, "items": []})

    talk(answer, lambda server: server.list(f"{CORE}/pods"))


def test_an_empty_page_is_followed_by_one_of_any_size(talk):
    async def answer(request):
        more = "" if "continue" in request.query else "more"
        return web.json_response({"metadata": {"resourceVersion": "9", "continue": more}, "items": []})

    assert talk(answer, lambda server: server.list(f"{CORE}/pods")).manifests == []


@pytest.fixture
def expiring(monkeypatch, refusal):
    """A list of two pages whose continue token has expired so many times."""
    monkeypatch.setattr(api_server, "PAGE", 1)

    def answering(times):
        left = [times]

        async def answer(request):
            if "continue" in request.query:
                if left[0]:
                    left[0] -= 1
                    return refusal(410, "The provided continue parameter is too old", reason="Expired")
                return web.json_response({"metadata": {"resourceVersion": "9"}, "items": [{"metadata": {"uid": "b"}}]})
            items = [{"metadata": {"uid": "a"}}]
            return web.json_response({"metadata": {"resourceVersion": "9", "continue": "c"}, "items": items})

        return answer

    return answering


def test_a_list_whose_continue_token_has_expired_is_read_from_its_beginning(talk, expiring):
    listed = talk(expiring(2), lambda server: server.list(f"{CORE}/pods"))
    assert [pod["metadata"]["uid"] for pod in listed.manifests] == ["a", "b"]


def test_but_not_forever(talk, expiring):
    error = talk(expiring(99), lambda server: refused_by(server.list(f"{CORE}/pods")))
    assert (error.status, error.reason) == (410, "Expired")


def test_what_is_not_known_at_all_is_gone(talk):
    error = talk(
        answering(web.Response(status=404, text="404 page not found")), lambda server: refused_by(server.list("/apis/x"))
    )
    assert (error.not_found, str(error)) == (True, "404 page not found")


def test_a_server_that_does_not_answer_is_not_waited_for(talk, monkeypatch):
    monkeypatch.setattr(ApiServer._request, "__defaults__", (None, "application/json", ClientTimeout(total=0.05)))

    async def answer(_):
        await asyncio.Event().wait()

    async def conversation(server):
        with pytest.raises(TimeoutError):
            await create(server)

    talk(answer, conversation)


def test_a_server_that_is_not_there_is_reported():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # and nobody listens

        async def main():
            configuration = Configuration()
            configuration.host = f"http://127.0.0.1:{taken.getsockname()[1]}"
            async with ApiClient(configuration) as client:
                with pytest.raises(ClientError):
                    await create(ApiServer(client))

        asyncio.run(main())


def test_a_log_is_read_in_chunks(talk):
    text = b"first\n" + b"x" * 9_000_000 + b"\n\xff\nlast"

    async def answer(request):
        assert dict(request.query) == {"container": "train", "follow": "false", "tailLines": "20"}
        return web.Response(body=text)

    async def conversation(server):
        return [chunk async for chunk in server.log_chunks("team", "p", "train", 20, follow=False)]

    assert b"".join(talk(answer, conversation)) == text


def test_of_a_log_that_nobody_reads_little_is_received(talk):
    """A flood waits where it comes from: in the pod, and not in the memory and the event loop of the operator."""

    async def answer(request):
        response = web.StreamResponse()
        await response.prepare(request)
        while True:
            await response.write(b"\n" * 65536)

    async def conversation(server):
        async with aclosing(server.log_chunks("team", "p", "train", 20, follow=True)) as chunks:
            await anext(chunks)
            for _ in range(100):
                await asyncio.sleep(0)
            return len(await anext(chunks))

    assert talk(answer, conversation) <= 4 * api_server.LOG_BUFFER


def test_a_log_that_comes_in_many_small_pieces_is_read_a_few_at_a_time(talk):
    """Each piece is a chunk of HTTP, which takes longer to receive than a hundred bytes more."""

    async def answer(request):
        response = web.StreamResponse()
        response.enable_chunked_encoding()
        await response.prepare(request)
        request.transport.write(b"1\r\n\n\r\n" * 100_000 + b"0\r\n\r\n")
        await asyncio.Event().wait()
        return response

    async def conversation(server):
        turns, read = [], []

        async def counting():
            while True:
                turns.append(sum(read))
                await asyncio.sleep(0)

        other = asyncio.ensure_future(counting())
        async for chunk in server.log_chunks("team", "p", "train", 20, follow=False):
            read.append(len(chunk))
            await asyncio.sleep(0)
        other.cancel()
        assert sum(read) == 100_000
        return max(read)

    assert talk(answer, conversation) <= 2 * api_server.LOG_BUFFER


def test_a_log_that_is_followed_is_let_go_of(talk):
    async def answer(request):
        response = web.StreamResponse()
        await response.prepare(request)
        await response.write(b"first\n")
        await asyncio.Event().wait()
        return response

    async def conversation(server):
        async with aclosing(server.log_chunks("team", "p", "train", 20, follow=True)) as chunks:
            return await anext(chunks)

    assert talk(answer, conversation) == b"first\n"


@pytest.mark.parametrize("lines", [b"", b"first\n"], ids=["no line", "a line"])
def test_a_followed_log_on_which_nothing_comes_is_given_up(talk, monkeypatch, lines):
    """Its connection may be half open: its silence is not evidence about the trainer."""
    monkeypatch.setattr(api_server, "FOLLOW_LIMIT", ClientTimeout(total=None, sock_read=0.05))

    async def answer(request):
        response = web.StreamResponse()
        await response.prepare(request)
        await response.write(lines)
        await asyncio.Event().wait()
        return response

    async def conversation(server):
        async def follow():
            async with aclosing(server.log_chunks("team", "p", "train", 20, follow=True)) as followed:
                return [chunk async for chunk in followed]

        with pytest.raises(TimeoutError):
            await follow()

    talk(answer, conversation)


def test_a_followed_log_has_a_time_without_a_line_and_no_time_in_all():
    assert (api_server.FOLLOW_LIMIT.total, api_server.FOLLOW_LIMIT.sock_read) == (None, 300)
    assert api_server.LIMIT.total == 15


def test_a_log_that_is_not_there_yet_is_rejected(talk, refusal):
    message = 'container "train" in pod "p" is waiting to start: PodInitializing'
    lines = answering(refusal(400, message))
    assert str(talk(lines, lambda server: refused_by(anext(server.log_chunks("team", "p", "train", 20, follow=True))))) == message


class Measured(NoMetrics):
    """Keeps what was measured of the requests."""

    def __init__(self):
        self.requests = []

    def api_request(self, method, code, seconds):
        assert seconds >= 0
        self.requests.append((method, code))


def test_each_request_is_measured_by_its_status(talk, refusal):
    measured = Measured()

    async def conversation(server):
        measuring = ApiServer(server._client, measured)
        await create(measuring)
        await refused_by(measuring.list("/apis/x"))

    async def answer(request):
        return web.json_response(JOB, status=201) if request.method == "POST" else refusal(403, "no")

    talk(answer, conversation)
    assert measured.requests == [("POST", "201"), ("GET", "403")]


def test_one_without_an_answer_is_measured_by_its_error(monkeypatch):
    monkeypatch.setattr(ApiServer._request, "__defaults__", (None, "application/json", ClientTimeout(total=0.05)))
    measured = Measured()

    async def main():
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))  # and nobody listens
            configuration = Configuration()
            configuration.host = f"http://127.0.0.1:{taken.getsockname()[1]}"
            async with ApiClient(configuration) as client:
                with pytest.raises(ClientError):
                    await create(ApiServer(client, measured))

    asyncio.run(main())
    assert measured.requests == [("POST", "connection-error")]


def test_one_that_times_out_is_measured_as_that(talk, monkeypatch):
    monkeypatch.setattr(ApiServer._request, "__defaults__", (None, "application/json", ClientTimeout(total=0.05)))
    measured = Measured()

    async def silent(_):
        await asyncio.Event().wait()

    async def conversation(server):
        with pytest.raises(TimeoutError):
            await create(ApiServer(server._client, measured))

    talk(silent, conversation)
    assert measured.requests == [("POST", "timeout")]


def test_a_client_can_be_replaced(talk):
    async def answer(request):
        return web.json_response({"client": request.headers.get("X-Client")}, status=201)

    async def conversation(server):
        first = await create(server)
        configuration = server._client.configuration
        async with ApiClient(configuration) as newer:
            newer.configuration.client_session_kwargs = {"headers": {"X-Client": "newer"}}
            before = server.replace_client(newer)
            second = await create(server)
            assert server.replace_client(before) is newer
        return first, second

    assert talk(answer, conversation) == ({"client": None}, {"client": "newer"})
