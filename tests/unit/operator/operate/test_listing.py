"""Whole lists are read at the start and from time to time, of the namespaces that are watched."""

from __future__ import annotations

import asyncio
import logging

import pytest

from detector_operator.operate import listing
from detector_operator.operate.api_errors import ApiError
from detector_operator.operate.listing import SELECTOR, read_all, resync
from detector_operator.operate.store import Key, Listed, Store
from support.fake_api_server import KEY, FakeApiServer
from support.kubernetes_objects import job

GROUP = "/apis/detector-training.io/v1alpha1"


def resource(namespace="team", version="5"):
    return {"metadata": {"namespace": namespace, "name": "pets", "uid": namespace, "resourceVersion": version}}


def versioned(manifest):
    return {**manifest, "metadata": {**manifest["metadata"], "resourceVersion": "6"}}


class Asked:
    """A queue that keeps who was asked for."""

    def __init__(self):
        self.keys = asyncio.Queue()

    def ask(self, key):
        self.keys.put_nowait(key)


def test_everything_is_read_of_the_whole_cluster():
    server, store = FakeApiServer(), Store()
    server.lists = {
        f"{GROUP}/detectortrainings": Listed([resource()], "9"),
        "/apis/batch/v1/jobs": Listed([versioned(job())], "9"),
    }
    asyncio.run(read_all(server, store, ()))
    assert (list(store), len(store.jobs(KEY))) == ([KEY], 1)
    assert server.requests == [("list", "detectortrainings", None), ("list", "jobs", SELECTOR), ("list", "pods", SELECTOR)]


def test_or_of_some_namespaces():
    server, store = FakeApiServer(), Store()
    server.lists = {f"{GROUP}/namespaces/{name}/detectortrainings": Listed([resource(name)], "9") for name in ("a", "b")}
    asyncio.run(read_all(server, store, ("a", "b")))
    assert set(store) == {Key("a", "pets"), Key("b", "pets")}
    assert server.count("list") == 6


def test_what_came_while_a_later_namespace_was_read_stays():
    server, store = FakeApiServer(), Store()
    server.lists = {f"{GROUP}/namespaces/b/detectortrainings": Listed([], "20")}
    store.put_resource(resource("a", version="10"))  # after the list of a, which is as of 1
    asyncio.run(read_all(server, store, ("a", "b")))
    assert list(store) == [Key("a", "pets")]


def test_what_is_known_is_not_taken_again_and_stays():
    server, store = FakeApiServer(), Store()
    store.put_resource(resource())
    before = store.resource(KEY)
    server.lists = {f"{GROUP}/detectortrainings": Listed([resource()], "9")}
    asyncio.run(read_all(server, store, ()))
    assert store.resource(KEY) is before
    server.lists = {f"{GROUP}/detectortrainings": Listed([resource(version="6")], "9")}
    asyncio.run(read_all(server, store, ()))
    assert store.resource(KEY)["metadata"]["resourceVersion"] == "6"


@pytest.fixture
def resyncing(monkeypatch):
    monkeypatch.setattr(listing, "RESYNC_SECONDS", 0)

    def run(server, store, play):
        async def main():
            asked = Asked()
            task = asyncio.create_task(resync(server, store, asked, (), logging.getLogger("test")))
            await play(asked)
            task.cancel()
            await asyncio.wait([task])

        asyncio.run(main())

    return run


def test_every_resource_is_reconciled_also_one_that_went_unnoticed(resyncing):
    server, store = FakeApiServer(), Store()
    server.lists = {f"{GROUP}/detectortrainings": Listed([resource("new")], "9")}
    store.put_resource(resource("gone"))

    async def play(asked):
        assert {await asked.keys.get(), await asked.keys.get()} == {Key("gone", "pets"), Key("new", "pets")}

    resyncing(server, store, play)


@pytest.mark.parametrize(
    "error", [ApiError(503, "", "not now"), TimeoutError(), KeyError("items")], ids=["refused", "slow", "unforeseen"]
)
def test_a_list_that_cannot_be_read_is_read_the_next_time(resyncing, error):
    server, store = FakeApiServer(), Store()
    server.refusals["pods"] = error
    store.put_resource(resource())

    async def play(asked):
        while server.count("list") < 6:
            await asyncio.sleep(0)
        assert list(store) == [KEY]
        server.refusals.clear()
        await asked.keys.get()

    resyncing(server, store, play)
