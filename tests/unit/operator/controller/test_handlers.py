"""What a watch reports is stored before the resource is queued."""

from __future__ import annotations

import asyncio

import kopf
import pytest

from detector_operator.controller import handlers
from detector_operator.controller.store import Store
from detector_trainer import __version__
from support.fake_api_server import KEY
from support.kubernetes_objects import UID, job, pod


class Asked(list):
    """A queue that keeps the added keys."""

    add = list.append


class Watch:
    """Calls the handlers as kopf does."""

    def __init__(self):
        self.store, self.asked = Store(), Asked()
        registry = handlers.registry(self.store, self.asked)
        self.handlers = {handler.fn.__name__: handler.fn for handler in registry._watching.get_all_handlers()}
        self.activities = {handler.fn.__name__: handler.fn for handler in registry._activities.get_all_handlers()}

    def tell(self, handler, type_, manifest, version=1):
        manifest = {**manifest, "metadata": {**manifest["metadata"], "resourceVersion": str(version)}}
        asyncio.run(self.handlers[handler](event={"type": type_, "object": manifest}))


@pytest.fixture
def watch():
    return Watch()


def resource(uid=UID):
    return {"metadata": {"namespace": "team", "name": "pets", "uid": uid}}


@pytest.mark.parametrize("type_", [None, "ADDED", "MODIFIED"])
def test_a_resource_is_taken_down_and_requested(watch, type_):
    watch.tell("training", type_, resource())
    assert (watch.store.resource(KEY)["metadata"]["uid"], watch.asked) == (UID, [KEY])


def test_a_resource_that_is_deleted_is_requested_too(watch):
    watch.tell("training", "ADDED", resource())
    watch.tell("training", "DELETED", resource(), 2)
    assert (watch.store.resource(KEY), watch.asked) == (None, [KEY, KEY])


@pytest.mark.parametrize(("handler", "manifest"), [("job", job()), ("pod", pod())], ids=["job", "pod"])
def test_a_job_or_pod_requests_its_resource(watch, handler, manifest):
    watch.tell("training", "ADDED", resource())
    watch.tell(handler, "ADDED", manifest)
    assert len(watch.store.jobs(KEY) + watch.store.pods(KEY)) == 1
    watch.tell(handler, "DELETED", manifest, 2)
    assert watch.store.jobs(KEY) + watch.store.pods(KEY) == []
    assert watch.asked == [KEY] * 3


@pytest.mark.parametrize(("handler", "manifest"), [("job", job()), ("pod", pod())], ids=["job", "pod"])
def test_one_whose_resource_is_not_there_is_kept_and_requests_nothing(watch, handler, manifest):
    watch.tell(handler, "ADDED", manifest)
    assert len(watch.store.jobs(KEY) + watch.store.pods(KEY)) == 1
    assert watch.asked == []


@pytest.mark.parametrize(("handler", "manifest"), [("job", job()), ("pod", pod()), ("training", resource())], ids=str)
@pytest.mark.parametrize("type_", [None, "ADDED", "MODIFIED"])
def test_what_is_known_is_not_news(watch, handler, manifest, type_):
    watch.tell("training", "ADDED", resource())
    watch.tell(handler, "ADDED", manifest, 2)
    watch.asked.clear()
    watch.tell(handler, type_, manifest, 2)
    assert watch.asked == []
    watch.tell(handler, type_, manifest, 3)
    assert watch.asked == [KEY]


def test_one_that_is_not_ours_is_not_kept(watch):
    foreign = pod()
    del foreign["metadata"]["labels"]["detector-training.io/name"]
    watch.tell("pod", "ADDED", foreign)
    assert (watch.store.pods(KEY), watch.asked) == ([], [])


def test_kopf_leaves_no_mark_on_a_resource(watch):
    registry = handlers.registry(watch.store, watch.asked)
    assert registry._changing.get_all_handlers() == []
    assert registry._spawning.get_all_handlers() == []
    assert handlers.settings(10).posting.enabled is False


def test_kopf_compares_nothing():
    storage = handlers.settings(10).persistence.diffbase_storage
    assert (storage.build(body=pod(), extra_fields=()), storage.fetch(body=pod())) == ({}, None)


def test_kopf_learns_nothing_new_by_a_credential_but_the_name(watch, monkeypatch):
    given = kopf.ConnectionInfo(server="https://cluster.example", token="t", priority=7)
    monkeypatch.setattr(kopf, "login_with_service_account", lambda **_: None)
    monkeypatch.setattr(kopf, "login_with_kubeconfig", lambda **_: given)
    found = asyncio.run(watch.activities["login"]())
    assert (found.server, found.token, found.priority) == (given.server, given.token, given.priority)
    assert found.as_http_headers() == {
        "Authorization": "Bearer t",
        "User-Agent": f"detector-training/{__version__}",
        "Accept-Encoding": "identity",
    }


def test_only_our_own_jobs_and_pods_are_watched():
    selectors = handlers.settings(10).watching.label_selectors
    jobs = kopf.Resource("batch", "v1", "jobs", namespaced=True)
    assert list(selectors.collect(jobs)) == ["app.kubernetes.io/managed-by=detector-training"]


def test_a_watch_on_which_nothing_comes_is_given_up_within_minutes():
    """Bookmarks come every minute; nothing comes on a connection that is half open."""
    watching, networking = handlers.settings(10).watching, handlers.settings(10).networking
    assert 60 < watching.inactivity_timeout < 75
    assert isinstance(watching.server_timeout, int)  # it becomes a number in a query: the API server refuses "600.0"
    assert watching.client_timeout > watching.server_timeout
    assert max(watching.connect_timeout, networking.connect_timeout, networking.request_timeout) <= 30


def test_kopf_lists_as_many_objects_at_a_time_as_fit():
    assert handlers.settings(7).watching.chunk_size == 7


def test_to_stop_one_of_several_watches_does_not_kill_the_process_later():
    assert handlers.settings(10).process.ultimate_exiting_timeout is None
