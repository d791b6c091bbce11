"""A namespace is listed, watched, listed again; what goes wrong with it is reported and tried again, with backoff, indefinitely."""

from __future__ import annotations

import asyncio
import logging

import pytest
from aiohttp import ClientConnectionError

from detector_operator.controller import watch as module
from detector_operator.controller.api_errors import ApiError
from detector_operator.controller.metrics_protocol import NoMetrics
from detector_operator.controller.store import ListResult, NamespacedName, Store
from detector_operator.controller.watch import RESYNC_SECONDS, UNHEALTHY_SECONDS, Watch
from support.fake_api_server import KEY, FakeApiServer
from support.virtual_time import run_in_virtual_time

LIST = "/apis/detector-training.io/v1alpha1/namespaces/team/detectortrainings"
FORBIDDEN = ApiError(403, "Forbidden", 'pods is forbidden: User "u" cannot list resource "pods"')
UNAVAILABLE = ApiError(503, "ServiceUnavailable", "not now")
DOWN = ClientConnectionError("Cannot connect to host 10.0.0.1:443")


def resource(name="pets", namespace="team"):
    return {"metadata": {"namespace": namespace, "name": name, "uid": name, "resourceVersion": "5"}}


class Measured(NoMetrics):
    """Keeps what was measured."""

    def __init__(self):
        self.resyncs, self.lost = [], []

    def resync(self, seconds, succeeded):
        assert seconds >= 0
        self.resyncs.append(succeeded)

    def namespace_lost(self, namespace, lost):
        if not self.lost or self.lost[-1] != (namespace, lost):
            self.lost.append((namespace, lost))


class Scene:
    """A watch, the server that it lists, and what ends the watching."""

    def __init__(self):
        self.server, self.store, self.metrics = FakeApiServer(), Store(), Measured()
        self.asked, self.begun, self.listed = [], [], []
        self.fail = asyncio.Queue()
        self.watch = Watch(
            "team",
            server=self.server,
            store=self.store,
            queue=self,
            begin=self._begin,
            logger=logging.getLogger("test"),
            metrics=self.metrics,
        )
        lists = self.server.list

        async def noted(path, *arguments, **query):
            if path.endswith("/detectortrainings"):
                self.listed.append(self.now)
            return await lists(path, *arguments, **query)

        self.server.list = noted

    @property
    def now(self):
        return asyncio.get_running_loop().time()

    def add(self, key):
        self.asked.append(key)

    async def _begin(self):
        self.begun.append(self.now)
        error = await self.fail.get()
        if error is not None:
            raise error


@pytest.fixture
def playing(monkeypatch):
    """Plays while the watch runs. Pauses have no jitter."""
    monkeypatch.setattr(module.random, "uniform", lambda _, most: most)

    def run(play, arrange=lambda _: None):
        async def main():
            scene = Scene()
            arrange(scene)
            running = asyncio.create_task(scene.watch.run())
            playing = asyncio.create_task(play(scene))
            await asyncio.wait([running, playing], return_when=asyncio.FIRST_COMPLETED)
            assert playing.done()
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
            playing.result()
            assert not [task for task in asyncio.all_tasks() if "team" in task.get_name()]

        run_in_virtual_time(main())

    return run


def test_everything_is_listed_before_it_is_watched_and_reconciled(playing):
    def arrange(scene):
        scene.server.lists[LIST] = ListResult([resource()], "9")
        assert (scene.watch.not_listed, scene.watch.attempted) == ("listing namespace team", False)

    async def play(scene):
        await asyncio.sleep(0.1)
        assert (scene.listed, scene.begun, scene.asked) == ([0], [0], [KEY])
        assert (scene.watch.not_listed, scene.watch.failure, scene.watch.attempted) == (None, None, True)

    playing(play, arrange)


def test_it_is_listed_again_from_time_to_time_also_what_went_unnoticed(playing):
    async def play(scene):
        await asyncio.sleep(1)
        scene.asked.clear()
        scene.server.lists[LIST] = ListResult([resource("new")], "9")
        await asyncio.sleep(RESYNC_SECONDS)
        assert set(scene.asked) == {KEY, NamespacedName("team", "new")}
        assert (scene.listed, scene.begun) == ([0, RESYNC_SECONDS], [0])
        assert list(scene.store) == [NamespacedName("team", "new")]

    playing(play, lambda scene: scene.server.lists.update({LIST: ListResult([resource()], "9")}))


def test_nothing_is_requested_in_another_namespace(playing):
    async def play(scene):
        await asyncio.sleep(1)
        assert scene.asked == []
        assert list(scene.store) == [NamespacedName("other", "pets")]

    playing(play, lambda scene: scene.store.put_resource(resource(namespace="other")))


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (DOWN, "the API server is unreachable: Cannot connect to host 10.0.0.1:443"),
        (TimeoutError(), "the API server does not respond"),
        (UNAVAILABLE, "the API server responds with 503: not now"),
        (FORBIDDEN, 'the API server responds with 403: pods is forbidden: User "u" cannot list resource "pods"'),
        (ApiError(410, "Expired", "too old"), "the API server responds with 410: too old"),
        (
            ApiError(404, "", "404 page not found"),
            "the CustomResourceDefinition detectortrainings.detector-training.io is not installed: install the one of the chart, "
            "or apply the output of `detector-training crd`",
        ),
        (ValueError("not JSON"), "ValueError: not JSON"),
    ],
    ids=["down", "silent", "unavailable", "forbidden", "expired", "no CRD", "unforeseen"],
)
def test_whatever_goes_wrong_at_the_start_is_reported_and_retried_with_backoff(playing, caplog, error, words):
    async def play(scene):
        await asyncio.sleep(200)
        assert scene.listed == [0, 1, 3, 7, 15, 31, 63, 123, 183]
        assert scene.watch.not_listed == f"cannot list namespace team: {words}"
        assert f"cannot list namespace team: {words}; next attempt in 1.0 s" in caplog.text
        assert scene.begun == []
        scene.server.refusals.clear()
        await asyncio.sleep(60)
        assert (scene.begun, scene.watch.not_listed) == ([243], None)

    playing(play, lambda scene: scene.server.refusals.update(pods=error))


def test_only_what_is_unexpected_has_a_traceback_and_once(playing, caplog):
    async def play(_):
        await asyncio.sleep(100)

    for error in (DOWN, ValueError("not JSON")):
        playing(play, lambda scene, error=error: scene.server.refusals.update(pods=error))
    assert len([record for record in caplog.records if record.exc_info]) == 1


def test_retry_after_is_the_least_pause(playing):
    async def play(scene):
        await asyncio.sleep(20)
        assert scene.listed == [0, 9, 18]

    playing(play, lambda scene: scene.server.refusals.update(pods=ApiError(429, "", "no", retry_after=9)))


def test_pauses_are_spread(monkeypatch):
    spread = []
    monkeypatch.setattr(module.random, "uniform", lambda least, most: spread.append((least, most)) or least)

    async def main():
        scene = Scene()
        assert scene.watch._report("list", DOWN) == 0.5
        assert spread == [(0.5, 1.0)]

    run_in_virtual_time(main())


@pytest.mark.parametrize("error", [FORBIDDEN, DOWN, UNAVAILABLE, RuntimeError("no")], ids=["forbidden", "down", "503", "bug"])
def test_a_watch_that_fails_is_listed_and_begun_again(playing, error):
    async def play(scene):
        await asyncio.sleep(100)
        scene.fail.put_nowait(error)
        await asyncio.sleep(0.5)
        assert scene.watch.failure == f"cannot watch namespace team: {module.describe(error)}"
        await asyncio.sleep(1)
        assert (scene.listed, scene.begun) == ([0, 101], [0, 101])
        await asyncio.sleep(61)
        assert scene.watch.failure is None

    playing(play)


def test_one_that_fails_soon_each_time_is_begun_with_backoff(playing):
    async def play(scene):
        for _ in range(9):
            scene.fail.put_nowait(FORBIDDEN)
        await asyncio.sleep(200)
        assert scene.begun == [0, 1, 3, 7, 15, 31, 63, 123, 183]

    playing(play)


def test_one_that_has_lasted_is_begun_again_soon(playing):
    async def play(scene):
        for _ in range(5):
            await asyncio.sleep(100)
            scene.fail.put_nowait(DOWN)
        await asyncio.sleep(10)
        assert scene.begun == [0, 101, 201, 301, 401, 501]

    playing(play)


def test_a_list_that_fails_later_leaves_the_watch_and_what_is_known(playing):
    async def play(scene):
        await asyncio.sleep(1)
        scene.server.refusals["pods"] = UNAVAILABLE
        await asyncio.sleep(RESYNC_SECONDS)
        assert (list(scene.store), scene.begun) == ([KEY], [0])
        assert scene.watch.failure == "cannot list namespace team: the API server responds with 503: not now"
        scene.server.refusals.clear()
        await asyncio.sleep(3)
        assert (scene.listed, scene.watch.failure) == ([0, 600, 601], None)

    playing(play, lambda scene: scene.server.lists.update({LIST: ListResult([resource()], "9")}))


def test_a_watch_that_is_to_begin_again_does_so_without_a_pause(playing):
    async def play(scene):
        await asyncio.sleep(1)
        scene.watch.restart()
        await asyncio.sleep(0.1)
        assert (scene.begun, scene.watch.failure) == ([0, 1], None)

    playing(play)


def test_a_lost_namespace_and_each_list_are_measured(playing):
    async def play(scene):
        await asyncio.sleep(2)
        scene.server.refusals["pods"] = FORBIDDEN
        await asyncio.sleep(RESYNC_SECONDS)
        scene.server.refusals.clear()
        await asyncio.sleep(60)
        assert scene.metrics.lost == [("team", False), ("team", True), ("team", False)]
        assert scene.metrics.resyncs == [True, False, False, True]

    playing(play)


def test_an_outage_is_not_a_loss(playing):
    async def play(scene):
        await asyncio.sleep(2)
        scene.server.refusals["pods"] = DOWN
        await asyncio.sleep(RESYNC_SECONDS)
        assert scene.metrics.lost == [("team", False)]

    playing(play)


@pytest.mark.parametrize("error", [DOWN, TimeoutError(), RuntimeError("no")], ids=["down", "silent", "bug"])
@pytest.mark.parametrize("listed", [False, True], ids=["at the start", "later"])
def test_without_any_answer_for_three_resyncs_a_restart_may_help(playing, error, listed):
    async def play(scene):
        await asyncio.sleep(1)
        scene.server.refusals["pods"] = error
        await asyncio.sleep(UNHEALTHY_SECONDS - 10)
        assert scene.watch.broken() is None
        await asyncio.sleep(70)
        assert scene.watch.broken() == f"cannot list namespace team: {module.describe(error)}, for 31 min"
        scene.server.refusals.clear()
        await asyncio.sleep(60)
        assert scene.watch.broken() is None

    playing(play, lambda scene: None if listed else scene.server.refusals.update(pods=error))


@pytest.mark.parametrize("error", [FORBIDDEN, UNAVAILABLE, ApiError(404, "", "404 page not found")], ids=["403", "503", "404"])
def test_while_the_api_server_answers_a_restart_would_not_help(playing, error):
    async def play(scene):
        await asyncio.sleep(10 * UNHEALTHY_SECONDS)
        assert scene.watch.broken() is None

    playing(play, lambda scene: scene.server.refusals.update(pods=error))


def test_a_watch_that_fails_soon_each_time_for_reasons_of_its_own_is_unhealthy_in_the_end(playing):
    async def play(scene):
        for _ in range(100):
            scene.fail.put_nowait(RuntimeError("no"))
        await asyncio.sleep(UNHEALTHY_SECONDS - 10)
        assert scene.watch.broken() is None
        await asyncio.sleep(20)
        assert scene.watch.broken() == "cannot watch namespace team: RuntimeError: no, for 30 min"

    playing(play)


def test_a_list_that_never_ends_is_unhealthy_in_the_end(playing):
    async def play(scene):
        await asyncio.sleep(1)

        async def never(*_, **__):
            await asyncio.Event().wait()

        scene.server.list = never
        await asyncio.sleep(2 * UNHEALTHY_SECONDS)
        assert scene.watch.broken() == "no attempt to list namespace team has ended for 60 min"

    playing(play)


def test_a_healthy_watch_stays_healthy(playing):
    async def play(scene):
        for _ in range(100):
            await asyncio.sleep(UNHEALTHY_SECONDS / 7)
            assert scene.watch.broken() is None

    playing(play)
