"""The parts together: a resource that is applied gets its validation, with kopf and a server that speaks like an API server."""

from __future__ import annotations

import asyncio
import logging
import re
import socket
import ssl
from asyncio.sslproto import SSLProtocol
from collections import defaultdict

import pytest
import yaml
from aiohttp import ClientSession, web

from detector_operator.operate.api_errors import ApiError
from detector_operator.operate.operator import CONNECTION_BUFFER, NotInstalled, Options, operate
from detector_operator.specs.settings import Settings
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
    """Discovery, lists, watches that tell nothing, and what was created."""

    def __init__(self, refusal):
        self.refusal, self.refused = refusal, {}
        self.created = defaultdict(list)
        self.changed = asyncio.Condition()

    async def answer(self, request):
        path = request.path
        if path in self.refused:
            return self.refused[path]()
        if request.method == "POST":
            return await self._create(request)
        if request.method == "PATCH":
            (_, change) = await request.json()
            return web.json_response(
                {**PETS, "status": change["value"], "metadata": {**PETS["metadata"], "resourceVersion": "6"}}
            )
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
        items = [PETS] if path.endswith("/detectortrainings") else []
        return web.json_response({"kind": "List", "metadata": {"resourceVersion": "10"}, "items": items})

    async def until_created(self, plural):
        async with self.changed:
            await self.changed.wait_for(lambda: self.created[plural])
        return self.created[plural][0]

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
        await asyncio.Event().wait()
        return response


def _group(prefix):
    _, name, version = prefix.strip("/").split("/")
    return {"name": name, "versions": [{"version": version}], "preferredVersion": {"version": version}}


@pytest.fixture
def operating(server_of, refusal, tmp_path, monkeypatch):
    """Runs the operator during a play; the play may refuse something before it starts."""

    def run(play, refused=(), namespaces=(), **more):
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
                options = Options(namespaces=namespaces, settings=Settings(trainer_image="i"), health_port=0, **more)
                running = asyncio.create_task(operate(options, logging.getLogger("test")))
                playing = asyncio.create_task(play(server))
                await asyncio.wait([running, playing], return_when=asyncio.FIRST_COMPLETED)
                if playing.done():
                    playing.result()
                playing.cancel()
                if not running.done():
                    running.cancel()
                    await asyncio.wait([running])
                    names = " ".join(task.get_name() for task in asyncio.all_tasks())
                    assert not any(ours in names for ours in ("reconcile", "log of", "resync"))
                else:
                    running.result()

        monkeypatch.setenv("KUBECONFIG", str(tmp_path / "config"))
        monkeypatch.delenv("KUBERNETES_SERVICE_HOST", raising=False)
        monkeypatch.setattr("kubernetes.aio.config.kube_config.KUBE_CONFIG_DEFAULT_LOCATION", str(tmp_path / "config"))
        asyncio.run(main())

    return run


async def forever(_):
    await asyncio.Event().wait()


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


def test_without_the_resource_on_the_cluster_it_says_so(operating):
    missing = {f"{GROUP}/detectortrainings": lambda: web.Response(status=404, text="404 page not found\n")}
    with pytest.raises(NotInstalled, match=r"does not know detectortrainings\.detector-training\.io: install"):
        operating(forever, missing)


def test_without_a_right_it_says_which(operating, refusal):
    words = 'pods is forbidden: User "u" cannot list resource "pods" in API group "" in the namespace "team"'
    with pytest.raises(ApiError, match="cannot list resource"):
        operating(forever, {"/api/v1/namespaces/team/pods": lambda: refusal(403, words)}, namespaces=("team",))
