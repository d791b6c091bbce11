"""Events count for the object that they regard, and only the newest one."""

from __future__ import annotations

import pytest

from detector_operator.observe.events import last_seen, newest_event
from detector_operator.observe.manifests import Object
from support.kubernetes_objects import event, job, pod
from support.observed import CREATING, only_run


def test_events_of_other_objects_are_ignored():
    mine, other = pod(**CREATING), pod(**CREATING, name="another")
    assert only_run([job()], [mine], [event(other, "FailedMount", "mount failed")]).waiting is None
    rejected = event(job(attempt=2), "FailedCreate", 'Error creating: pods "p" is forbidden: not here')
    assert only_run([job(attempt=1)], [], [rejected]).waiting is None
    own = event(job(attempt=1), "FailedCreate", 'Error creating: pods "p" is forbidden: not here', at=5)
    assert only_run([job(attempt=1)], [], [rejected, own]).waiting.reason == "PodNotCreated"


def test_events_of_an_earlier_object_of_the_name_are_ignored():
    about = pod(**CREATING)
    given = event(about, "FailedMount", "mount failed")
    given["involvedObject"]["uid"] = "uid-of-the-one-before"
    assert only_run([job()], [about], [given]).waiting is None


def test_an_event_without_a_uid_regards_nothing():
    about = pod(**CREATING)
    given = event(about, "FailedMount", "mount failed")
    del given["involvedObject"]["uid"]
    assert only_run([job()], [about], [given]).waiting is None


def test_events_of_the_newer_api_are_read_too():
    about = job()
    given = {
        "apiVersion": "events.k8s.io/v1",
        "kind": "Event",
        "regarding": {"kind": "Job", "uid": about["metadata"]["uid"]},
        "reason": "FailedCreate",
        "note": 'Error creating: pods "p" is forbidden: exceeded quota: q, requested: pods=1, used: pods=1, limited: pods=1',
        "eventTime": "2026-01-01T00:00:10.000000Z",
    }
    assert only_run([about], [], [given]).waiting.reason == "QuotaExceeded"


def test_the_newest_event_counts():
    about = pod()
    events = [event(about, "Second", "b", at=20), event(about, "First", "a", at=10)]
    assert newest_event(events, Object(about)).reason == "Second"
    assert newest_event([], Object(about)) is None


@pytest.mark.parametrize(
    ("given", "seen"),
    [
        (
            {"lastTimestamp": "2026-01-01T00:00:01Z", "series": {"lastObservedTime": "2026-01-01T00:00:02Z"}},
            "2026-01-01T00:00:02",
        ),
        ({"lastTimestamp": None, "deprecatedLastTimestamp": "2026-01-01T00:00:03Z"}, "2026-01-01T00:00:03"),
        ({"eventTime": "2026-01-01T00:00:04Z", "metadata": {"creationTimestamp": "2026-01-01T00:00:09Z"}}, "2026-01-01T00:00:04"),
        ({"metadata": {"creationTimestamp": "2026-01-01T00:00:05Z"}}, "2026-01-01T00:00:05"),
        ({}, ""),
    ],
    ids=["a series", "the older API's field", "the newer API's field", "the creation", "nothing"],
)
def test_when_an_event_was_last_seen(given, seen):
    assert last_seen(given) == seen
