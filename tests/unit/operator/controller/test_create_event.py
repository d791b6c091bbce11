"""An Event names its resource, and is created once, however often it is decided."""

from __future__ import annotations

import asyncio

import pytest

from detector_operator.controller.create_event import MAX_MESSAGE, create_event
from detector_operator.reconcile.actions import Event
from support.fake_api_server import FakeApiServer
from support.kubernetes_objects import OWNER
from support.trainings import T0, training

VALIDATING = Event("Normal", "Validating", "The inputs are being validated.")


@pytest.fixture
def server():
    return FakeApiServer()


def tell(server, event=VALIDATING, generation=1):
    resource = training()
    resource = resource.model_copy(
        update={"metadata": OWNER.model_copy(update={"generation": generation, "resource_version": "7"})}
    )
    asyncio.run(create_event(server, resource, event, T0))


def test_it_is_shown_by_describe(server):
    tell(server)
    (event,) = server.objects.values()
    assert event["involvedObject"] == {
        "apiVersion": "detector-training.io/v1alpha1",
        "kind": "DetectorTraining",
        "name": "pets",
        "namespace": "team",
        "uid": OWNER.uid,
        "resourceVersion": "7",
    }
    assert (event["type"], event["reason"], event["message"]) == ("Normal", "Validating", VALIDATING.message)
    assert event["metadata"]["namespace"] == "team"
    assert event["lastTimestamp"] == "2026-01-01T00:00:00Z"


def test_the_same_is_reported_once(server):
    tell(server)
    tell(server)
    assert len(server.objects) == 1


def test_the_same_of_a_changed_spec_is_reported_again(server):
    tell(server)
    tell(server, generation=2)
    assert len(server.objects) == 2


def test_the_verdict_is_shown_before_what_follows_from_it_in_the_same_second(server):
    for reason in ("Queued", "ValidationPassed", "ValidationRejected", "Training"):
        tell(server, Event("Normal", reason, "It is so."))
    in_order = sorted(server.objects.values(), key=lambda event: event["metadata"]["name"])
    assert {event["reason"] for event in in_order[:2]} == {"ValidationPassed", "ValidationRejected"}


def test_a_message_is_cut_to_what_the_api_server_takes(server):
    tell(server, Event("Warning", "Failed", "x" * 5000))
    (event,) = server.objects.values()
    assert (len(event["message"]), event["message"][-2:]) == (MAX_MESSAGE, "x…")
