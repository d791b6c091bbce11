"""Texts of a tenant, a node or an API server, damaged: decide answers, the status can be written, and a suspension still acts."""

from __future__ import annotations

import asyncio
import json
import logging
from datetime import timedelta
from itertools import pairwise
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector_operator.controller.api_errors import MAX_MESSAGE, error_of
from detector_operator.controller.api_server import ApiServer
from detector_operator.controller.log_reader import LogReader
from detector_operator.observe.create_errors import explain_create_error
from detector_operator.reconcile.create_rejection import CreateRejection
from detector_operator.reconcile.runs import RunState
from fuzz.mutate import STEPS, TEXT_STEPS, mutate
from fuzz.test_parts import WATCHED, many
from support.deciding import POD, STARTED, decided, stops
from support.fake_api_server import KEY, FakeApiServer
from support.kubernetes_objects import disrupted, ended, event, failed, job, pod, unscheduled, waiting
from support.trainings import T0, at, passed, rejected, termination_message, train_run

NOW = T0 + timedelta(seconds=100)
LOG = "".join(
    f"{line}\n" for line in ("2026-01-01 INFO start", at(3).to_line(), "10%\r20%", at(7, checkpoint=5).to_line())
).encode()
MESSAGES = [
    each.to_bytes()
    for each in (
        passed().message,
        rejected().message,
        termination_message("StorageError", step=3),
        termination_message("ModelDirInUse"),
    )
    if each
]
ERROR = json.dumps(
    {
        "kind": "Status",
        "status": "Failure",
        "reason": "Invalid",
        "message": 'Job.batch "pets-train-1" is invalid: spec.template.spec.volumes[0].name: Required value',
        "details": {"name": "pets-train-1", "retryAfterSeconds": 1},
        "code": 422,
    }
).encode()
SAID = [
    "0/3 nodes are available: 2 Insufficient nvidia.com/gpu. no new claims to deallocate, preemption: 0/3 nodes are available.",
    '0/3 nodes are available: persistentvolumeclaim "datasets" not found.',
    'Error creating: pods "a" is forbidden: exceeded quota: few, requested: pods=1, used: pods=2, limited: pods=2',
    'Error creating: pods "a" is forbidden: error looking up service account team/trainer: serviceaccount "trainer" not found',
    'MountVolume.SetUp failed for volume "data" : configmap "pets" not found',
    "couldn't find key a in Secret team/b",
    'Back-off pulling image "a": ErrImagePull: unauthorized',
    "Container train for pod team/pets-train-1-x failed with exit code 70 matching FailJob rule at index 0",
    "Pod team/pets-train-1-x has condition DisruptionTarget matching FailJob rule at index 1",
    'admission webhook "guard.example" denied the request: no',
]


def read(chunks: list[bytes]) -> Any:
    """What the log reader knows of a log."""

    async def run() -> Any:
        server = FakeApiServer()
        server.logs[POD] = chunks
        reader = LogReader(cast("ApiServer", server), lambda _: None, lambda: NOW, logging.getLogger("fuzz"))
        await reader.check(KEY, train_run(pod=POD, state=RunState.RUNNING))
        return reader.logs(KEY)

    return asyncio.run(run())


@WATCHED
@many(100)
@given(steps=STEPS, text=st.booleans(), words=TEXT_STEPS, cuts=st.lists(st.integers(0, len(LOG)), max_size=5))
def test_a_log(watch: Any, steps: list[Any], text: bool, words: list[Any], cuts: list[int]):
    data = mutate(LOG, words if text else steps)
    places = [0, *sorted(cuts), max(len(data), *cuts, 0)]
    watch.begin()
    logs = read([data[begin:end] for begin, end in pairwise(places)])
    decided(STARTED, [job()], [pod()], NOW, logs=logs)
    assert stops(decided(STARTED, [job()], [pod()], NOW, logs=logs, suspend=True))


@WATCHED
@many(150)
@given(sound=st.sampled_from(MESSAGES), steps=TEXT_STEPS, code=st.sampled_from([0, 1, 2, 65, 70, 75, 137]), init=st.booleans())
def test_a_termination_message(watch: Any, sound: bytes, steps: list[Any], code: int, init: bool):
    message = mutate(sound, steps).decode("utf-8", "replace")
    watch.begin()
    state = ended(code, message=message)
    for kind in ("train", "validate"):
        over = pod(
            kind, phase="Failed" if code or init else "Succeeded", **({"init": state, "main": {}} if init else {"main": state})
        )
        policy = {} if kind == "train" else {"validation": {"policy": "Enforce"}}
        status = decided(STARTED if kind == "train" else None, [job(kind)], [over], NOW, **policy).status
        decided(status, [job(kind)], [over], NOW + timedelta(hours=1), **policy)


@WATCHED
@many(100)
@given(steps=STEPS, words=TEXT_STEPS, text=st.booleans(), status=st.sampled_from([400, 403, 409, 413, 422, 429, 500, 503]))
def test_an_error_of_an_api_server(watch: Any, steps: list[Any], words: list[Any], text: bool, status: int):
    body = mutate(ERROR, words if text else steps)
    watch.begin()
    error = error_of(status, {}, body)
    assert len(error.message) <= MAX_MESSAGE
    asked = decided(None, [], [], T0).actions[0]
    why = explain_create_error(status, str(error), "pets-train-1")
    decided(None, [], [], T0, rejection=CreateRejection(asked, 1, why, 1, T0) if why is not None else None)


@WATCHED
@pytest.mark.parametrize(
    "body",
    [b"[" * 1_000_000, b'{"a":' * 500_000, b"\xff" * 1_000_000, b"9" * 1_000_000, b'{"message":"' + b"x" * 900_000 + b'"}'],
)
def test_an_error_that_is_no_status(watch: Any, body: bytes):
    watch.begin()
    assert len(error_of(422, {}, body).message) <= MAX_MESSAGE


@WATCHED
@many(150)
@given(sound=st.sampled_from(SAID), steps=TEXT_STEPS)
def test_what_schedulers_kubelets_and_webhooks_say(watch: Any, sound: str, steps: list[Any]):
    told = mutate(sound.encode(), steps).decode("utf-8", "replace")
    starting = {"phase": "Pending", "init": waiting("PodInitializing"), "main": waiting("PodInitializing")}
    watch.begin()
    for jobs, pods, events in (
        ([job()], [unscheduled(told)], []),
        ([job()], [], [event(job(), "FailedCreate", told)]),
        ([job()], [pod(**starting)], [event(pod(), "FailedMount", told)]),
        ([job()], [pod(**{**starting, "init": waiting("ImagePullBackOff", told)})], []),
        ([job()], [pod(**{**starting, "init": waiting("CreateContainerConfigError", told)})], []),
        ([job()], [pod(conditions=[disrupted("EvictionByEvictionAPI", told)])], []),
        ([job(**failed(told))], [], []),
    ):
        decided(STARTED, jobs, pods, NOW, events=events)
        decided(STARTED, jobs, pods, NOW, events=events, suspend=True)
    for status in (403, 422, 500):
        explain_create_error(status, told, "pets-train-1")


def test_what_is_not_damaged_is_understood():
    """Else nothing above would be reached."""
    logs = read([LOG])
    assert (logs[POD].progress.step, logs[POD].tail) == (7, ("2026-01-01 INFO start", "10%", "20%"))
    assert decided(STARTED, [job()], [unscheduled(SAID[0])], NOW).status.reason == "Unschedulable"
    assert error_of(422, {}, ERROR).reason == "Invalid"
