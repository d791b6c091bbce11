"""The parts together: a resource that is applied gets its validation, with kopf and a server that speaks like an API server."""

from __future__ import annotations

import asyncio
import logging
import os
import re
import signal
import socket
import ssl
from asyncio.sslproto import SSLProtocol
from collections import defaultdict

import pytest
import yaml
from aiohttp import ClientConnectionError, ClientSession, web

from detector_operator.builders.settings import Settings
from detector_operator.controller import handlers, watch
from detector_operator.controller.connection import CONNECTION_BUFFER
from detector_operator.controller.manager import ManagerOptions, run_operator
from detector_operator.controller.metrics_protocol import NoMetrics
from support.trainings import T0

GROUP = "/apis/detector-training.io/v1alpha1"
PETS = {
    "apiVersion": "detector-training.io/v1alpha1",
    "kind": "DetectorTraining",
    "metadata": {
        "name": "pets",
        "namespace": "team",
        "uid": "a",
        "generation": 1,
        "resourceVersion": "5",
        "creationTimestamp": T0.isoformat(),
    },
    "spec": {"pipelineConfig": {"path": "/data/p.config"}, "modelDir": "/models/pets", "numSteps": 100},
}
KINDS = {
    "/api/v1": [("pods", "Pod"), ("namespaces", "Namespace"), ("events", "Event")],
    "/apis/batch/v1": [("jobs", "Job")],
    "/apis/apiextensions.k8s.io/v1": [("customresourcedefinitions", "CustomResourceDefinition")],
    GROUP: [("detectortrainings", "DetectorTraining")],
}


class Server:
    """Discovery, lists of one resource in each namespace, watches that tell nothing, and what was created."""

    def __init__(self, refusal):
        self.refusal = refusal
        self.refused = {}
        """Paths that are rejected, or to which the server never responds."""
        self.created = defaultdict(list)
        self.watches = defaultdict(int)
        """How many watches of a path have begun."""
        self.watching = defaultdict(set)
        """The open watches of a path."""
        self.changed = asyncio.Condition()

    async def answer(self, request):
        path = request.path
        if path in self.refused:
            return self.refused[path]()
        if request.method == "POST":
            return await self._create(request)
        if request.method == "PATCH":
            (_, change) = await request.json()
            changed = pets(path.split("/")[5])
            metadata = {**changed["metadata"], "resourceVersion": "6"}
            return web.json_response({**changed, "status": change["value"], "metadata": metadata})
        if "watch" in request.query:
            return await self._watch(request)
        if path == "/api":
            return web.json_response({"versions": ["v1"]})
        if path == "/apis":
            return web.json_response({"groups": [_group(prefix) for prefix in KINDS if prefix != "/api/v1"]})
        if path in KINDS:
            verbs = ["get", "list", "watch", "patch", "create"]
            kinds = [
                {"name": plural, "kind": kind, "singularName": kind.lower(), "namespaced": True, "verbs": verbs}
                for plural, kind in KINDS[path]
            ]
            return web.json_response({"resources": kinds})
        namespace = path.split("/")[5] if "/namespaces/" in path else "team"
        items = [pets(namespace)] if path.endswith("/detectortrainings") else []
        return web.json_response({"kind": "List", "metadata": {"resourceVersion": "10"}, "items": items})

    async def until(self, condition):
        async with self.changed:
            await self.changed.wait_for(condition)

    async def until_created(self, plural, namespace="team"):
        def found():
            return [each for each in self.created[plural] if each["metadata"]["namespace"] == namespace]

        await self.until(found)
        return found()[0]

    async def until_watched(self, path, times=1):
        await self.until(lambda: self.watches[path] >= times)

    def cut(self, path):
        """The watches of a path end, as they do from time to time."""
        for over in self.watching[path]:
            over.set()

    async def _create(self, request):
        manifest = await request.json()
        async with self.changed:
            self.created[request.path.rsplit("/", 1)[-1]].append(manifest)
            self.changed.notify_all()
        return web.json_response(
            {**manifest, "metadata": {**manifest["metadata"], "uid": "j", "resourceVersion": "11"}}, status=201
        )

    async def _watch(self, request):
        response = web.StreamResponse()
        await response.prepare(request)
        over = asyncio.Event()
        self.watching[request.path].add(over)
        async with self.changed:
            self.watches[request.path] += 1
            self.changed.notify_all()
        try:
            await over.wait()
        finally:
            self.watching[request.path].discard(over)
        return response


def pets(namespace):
    return {**PETS, "metadata": {**PETS["metadata"], "namespace": namespace, "uid": f"uid-in-{namespace}"}}


def _group(prefix):
    _, name, version = prefix.strip("/").split("/")
    return {"name": name, "versions": [{"version": version}], "preferredVersion": {"version": version}}


@pytest.fixture
def operating(server_of, refusal, tmp_path, monkeypatch):
    """Runs the operator during a play, whose server may refuse something from the start. Its pauses are short."""
    monkeypatch.setattr(watch, "FIRST_RETRY_SECONDS", 0.01)
    monkeypatch.setattr(watch, "MAX_RETRY_SECONDS", 0.05)
    monkeypatch.setattr(handlers, "ERROR_BACKOFFS", ())

    def run(play, refused=(), namespaces=(), metrics=None, **more):
        async def main():
            server = Server(refusal)
            server.refused = dict(refused)
            async with server_of(server.answer) as address:
                cluster = {"name": "c", "cluster": {"server": address}}
                user = {"name": "u", "user": {"token": "t"}}
                context = {"name": "x", "context": {"cluster": "c", "user": "u"}}
                config = {
                    "apiVersion": "v1",
                    "kind": "Config",
                    "clusters": [cluster],
                    "users": [user],
                    "contexts": [context],
                    "current-context": "x",
                }
                (tmp_path / "config").write_text(yaml.safe_dump(config))
                options = ManagerOptions(
                    namespaces=namespaces, settings=Settings(trainer_image="i"), health_port=free_port(), **more
                )
                server.health = f"http://127.0.0.1:{options.health_port}"
                running = asyncio.create_task(run_operator(options, logging.getLogger("test"), metrics), name="the operator")
                server.running = running
                playing = asyncio.create_task(play(server), name="the play")
                await asyncio.wait([running, playing], return_when=asyncio.FIRST_COMPLETED, timeout=HANGS_SECONDS)
                if running.done():
                    running.result()
                    await asyncio.wait([playing], timeout=HANGS_SECONDS)
                running.cancel()
                await asyncio.wait([running], timeout=HANGS_SECONDS)
                assert playing.done(), "the play waits for something that does not come"
                playing.result()
                assert running.done(), "the operator does not end"
                names = [task.get_name() for task in asyncio.all_tasks()]
                ours = ("reconcile", "log of", "watch", "resync", "orchestr", "credentials", "certificates", "up to date")
                assert not [name for name in names if any(word in name for word in ours)]

        monkeypatch.setenv("KUBECONFIG", str(tmp_path / "config"))
        monkeypatch.delenv("KUBERNETES_SERVICE_HOST", raising=False)
        monkeypatch.setattr("kubernetes.aio.config.kube_config.KUBE_CONFIG_DEFAULT_LOCATION", str(tmp_path / "config"))
        asyncio.run(main())

    return run


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


async def probe(server, path, until):
    """The answer of a probe, as soon as it is like this."""
    async with ClientSession(server.health) as session:
        while True:
            try:
                async with session.get(path) as response:
                    status, text = response.status, await response.text()
            except ClientConnectionError:  # it is not served yet
                continue
            if until(status, text):
                return status, text
            await asyncio.sleep(0.01)


def test_a_resource_that_was_there_before_gets_its_validation(operating):
    async def play(server):
        job = await server.until_created("jobs")
        assert job["metadata"]["name"] == "pets-validate-1"
        assert (await server.until_created("events"))["reason"] == "Waiting"

    operating(play)


def test_metrics_show_the_resources_that_it_watches(operating):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]

    async def play(server):
        await server.until_created("jobs")
        async with ClientSession() as session, session.get(f"http://127.0.0.1:{port}/metrics") as response:
            shown = await response.text()
        assert re.search(r'^detector_training_info{name="pets",namespace="team",', shown, re.MULTILINE)

    operating(play, metrics_port=port)


def test_hundreds_of_tls_connections_need_little_memory(operating):
    async def play(server):
        await server.until_created("jobs")
        loop, context = asyncio.get_running_loop(), ssl.create_default_context()
        protocol = SSLProtocol(loop, asyncio.Protocol(), context, loop.create_future(), server_hostname="cluster.example")
        assert len(protocol._ssl_buffer) == CONNECTION_BUFFER

    operating(play)


def test_no_request_waits_for_a_thread(operating, monkeypatch):
    async def play(server):
        loop, asked = asyncio.get_running_loop(), []
        threads = loop.run_in_executor

        def run_in_executor(executor, function, *arguments):
            asked.append(function)
            return threads(executor, function, *arguments)

        monkeypatch.setattr(loop, "run_in_executor", run_in_executor)
        await server.until_created("jobs")
        await server.until_created("events")
        assert set(asked) <= {socket.getaddrinfo}

    operating(play)


def test_its_user_needs_no_name(operating, monkeypatch):
    def unknown():
        raise KeyError("getpwuid(): uid not found: 65532")

    monkeypatch.setattr("getpass.getuser", unknown)
    operating(lambda server: server.until_created("jobs"))


HANGS_SECONDS = 60
TRAININGS = f"{GROUP}/detectortrainings"


def of(namespace, plural):
    prefix = {"detectortrainings": GROUP, "jobs": "/apis/batch/v1", "pods": "/api/v1"}[plural]
    return f"{prefix}/namespaces/{namespace}/{plural}"


def test_without_the_resource_on_the_cluster_it_reports_that_and_waits_for_it(operating):
    async def play(server):
        status, text = await probe(server, "/readyz", lambda _, text: "not installed" in text)
        assert (status, "CustomResourceDefinition detectortrainings.detector-training.io" in text) == (503, True)
        assert (await probe(server, "/healthz", lambda *_: True))[0] == 200
        server.refused.clear()
        await server.until_created("jobs")
        assert (await probe(server, "/readyz", lambda *_: True)) == (200, "ok\n")

    operating(play, {TRAININGS: lambda: web.Response(status=404, text="404 page not found\n")})


@pytest.mark.parametrize("code", [429, 500, 503, 410, 401, 403])
def test_an_api_server_that_rejects_everything_at_the_start_is_waited_for(operating, refusal, code):
    async def play(server):
        status, text = await probe(server, "/readyz", lambda _, text: str(code) in text)
        assert (status, text) == (503, f"cannot list the cluster: the API server responds with {code}: not now\n")
        server.refused.clear()
        await server.until_created("jobs")

    operating(play, {TRAININGS: lambda: refusal(code, "not now")})


class Lost(NoMetrics):
    """Keeps which namespaces are lost."""

    def __init__(self):
        self.namespaces = set()

    def namespace_lost(self, namespace, lost):
        (self.namespaces.add if lost else self.namespaces.discard)(namespace)


def test_a_namespace_that_is_lost_from_the_start_does_not_hold_back_the_others(operating, refusal):
    words, lost = 'pods is forbidden: User "u" cannot list resource "pods" in API group "" in the namespace "b"', Lost()

    async def play(server):
        await server.until_created("jobs", "a")
        status, text = await probe(server, "/readyz", lambda status, text: status == 200 and "namespace b" in text)
        assert (status, text) == (200, f"ok\ncannot list namespace b: the API server responds with 403: {words}\n")
        assert lost.namespaces == {"b"}
        assert not [job for job in server.created["jobs"] if job["metadata"]["namespace"] == "b"]
        server.refused.clear()
        await server.until_created("jobs", "b")
        assert lost.namespaces == set()

    operating(play, {of("b", "pods"): lambda: refusal(403, words)}, ("a", "b"), lost)


@pytest.mark.parametrize("code", [401, 403, 404])
def test_a_namespace_that_is_lost_later_does_not_end_the_others(operating, refusal, code):
    """kopf ends all its watches when one of them fails."""

    async def play(server):
        for namespace in ("a", "b"):
            await server.until_created("jobs", namespace)
            for plural in ("detectortrainings", "jobs", "pods"):
                await server.until_watched(of(namespace, plural))
        before = dict(server.watches)
        server.refused = {of("b", plural): lambda: refusal(code, "lost") for plural in ("detectortrainings", "jobs", "pods")}
        server.cut(of("b", "pods"))
        status, text = await probe(server, "/readyz", lambda _, text: "list namespace b" in text)
        assert (status, text.splitlines()[0], "namespace a" in text) == (200, "ok", False)
        assert not server.watching[of("b", "jobs")]
        server.refused.clear()
        for plural in ("detectortrainings", "jobs", "pods"):
            await server.until_watched(of("b", plural), before[of("b", plural)] + 1)
            assert server.watches[of("a", plural)] == before[of("a", plural)]
            assert len(server.watching[of("a", plural)]) == 1
        assert (await probe(server, "/readyz", lambda _, text: text == "ok\n"))[0] == 200

    operating(play, namespaces=("a", "b"))


def test_a_watch_of_the_cluster_that_fails_is_begun_again(operating, refusal):
    async def play(server):
        await server.until_watched("/api/v1/pods")
        server.refused["/api/v1/pods"] = lambda: refusal(404, "lost")
        server.cut("/api/v1/pods")
        await probe(server, "/readyz", lambda _, text: "cannot list the cluster" in text)
        server.refused.clear()
        await server.until_watched("/api/v1/pods", 2)

    operating(play)


@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_although_kopf_was_begun_more_than_once(operating, sent):
    async def play(server):
        for namespace in ("a", "b"):
            await server.until_watched(of(namespace, "pods"))
        os.kill(os.getpid(), sent)
        await asyncio.wait([server.running])

    operating(play, namespaces=("a", "b"))


def test_what_runs_when_a_signal_comes_is_finished(operating):
    async def play(server):
        await server.until_created("jobs")
        os.kill(os.getpid(), signal.SIGTERM)
        await asyncio.wait([server.running])
        assert [event["reason"] for event in server.created["events"]] == ["Waiting"]

    operating(play)
