"""Whole lists of a namespace, or of the cluster: all of them, or none."""

from __future__ import annotations

import asyncio

import pytest

from detector_operator.controller.api_errors import ApiError
from detector_operator.controller.listing import SELECTOR, read_all
from detector_operator.controller.store import ListResult, NamespacedName, Store
from support.fake_api_server import KEY, FakeApiServer
from support.kubernetes_objects import job

GROUP = "/apis/detector-training.io/v1alpha1"


def resource(namespace="team", version="5"):
    return {"metadata": {"namespace": namespace, "name": "pets", "uid": namespace, "resourceVersion": version}}


def versioned(manifest):
    return {**manifest, "metadata": {**manifest["metadata"], "resourceVersion": "6"}}


def test_everything_is_read_of_the_whole_cluster():
    server, store = FakeApiServer(), Store()
    server.lists = {
        f"{GROUP}/detectortrainings": ListResult([resource()], "9"),
        "/apis/batch/v1/jobs": ListResult([versioned(job())], "9"),
    }
    asyncio.run(read_all(server, store, None))
    assert (list(store), len(store.jobs(KEY))) == ([KEY], 1)
    assert server.requests == [("list", "detectortrainings", None), ("list", "jobs", SELECTOR), ("list", "pods", SELECTOR)]


def test_or_of_a_namespace_and_nothing_changes_in_others():
    server, store = FakeApiServer(), Store()
    store.put_resource(resource("b"))
    server.lists = {f"{GROUP}/namespaces/a/detectortrainings": ListResult([resource("a")], "9")}
    asyncio.run(read_all(server, store, "a"))
    assert set(store) == {NamespacedName("a", "pets"), NamespacedName("b", "pets")}


def test_if_one_list_cannot_be_read_nothing_changes():
    server, store = FakeApiServer(), Store()
    store.put_resource(resource())
    server.refuse("pods", 403, "pods is forbidden")
    with pytest.raises(ApiError):
        asyncio.run(read_all(server, store, None))
    assert list(store) == [KEY]


def test_what_is_known_is_not_taken_again_and_stays():
    server, store = FakeApiServer(), Store()
    store.put_resource(resource())
    before = store.resource(KEY)
    server.lists = {f"{GROUP}/detectortrainings": ListResult([resource()], "9")}
    asyncio.run(read_all(server, store, None))
    assert store.resource(KEY) is before
    server.lists = {f"{GROUP}/detectortrainings": ListResult([resource(version="6")], "9")}
    asyncio.run(read_all(server, store, None))
    assert store.resource(KEY)["metadata"]["resourceVersion"] == "6"
