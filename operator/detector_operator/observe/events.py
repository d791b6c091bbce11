"""Read the Events of Jobs and pods: for a Job that cannot create its pod they are the only source."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from detector_operator.builders.manifest import Manifest, part
from detector_operator.observe.manifests import Object, text

# The event recorder writes this before a message that it has aggregated.
COMBINED = "(combined from similar events): "


@dataclass(frozen=True)
class Event:
    """Hold an Event of core/v1 or events.k8s.io/v1."""

    reason: str
    message: str


def newest_event(events: Iterable[Manifest], regarding: Object) -> Event | None:
    """Return the newest event regarding an object: older ones may be outdated."""
    matching = [event for event in events if regarding.uid is not None and _reference(event).get("uid") == regarding.uid]
    event = max(matching, key=last_seen, default=None)
    if event is None:
        return None
    message = text(event, "message") or text(event, "note")
    return Event(text(event, "reason"), message.removeprefix(COMBINED).strip())


def _reference(event: Manifest) -> Manifest:
    return part(event, "involvedObject") or part(event, "regarding")


def last_seen(event: Manifest) -> str:
    """Return when an event was last observed, as text that sorts by second (a fraction only sorts within its second)."""
    times = (
        part(event, "series").get("lastObservedTime"),
        event.get("lastTimestamp"),
        event.get("deprecatedLastTimestamp"),
        event.get("eventTime"),
        part(event, "metadata").get("creationTimestamp"),
    )
    return next((time.removesuffix("Z") for time in times if isinstance(time, str) and time), "")
