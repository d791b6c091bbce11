"""Events regarding Jobs and pods: for a Job that cannot create its pod they are the only source."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from detector_operator.observe.manifests import Object, text
from detector_operator.specs.manifest import Manifest, part

# What the recorder writes before a message that it has counted together with others.
COMBINED = "(combined from similar events): "


@dataclass(frozen=True)
class Event:
    """An event, of core/v1 or of events.k8s.io/v1."""

    reason: str
    message: str


def newest(events: Iterable[Manifest], about: Object) -> Event | None:
    """The newest event regarding an object: an older one tells what has passed since."""
    regarding = [event for event in events if about.uid is not None and _regards(event).get("uid") == about.uid]
    event = max(regarding, key=last_seen, default=None)
    if event is None:
        return None
    message = text(event, "message") or text(event, "note")
    return Event(text(event, "reason"), message.removeprefix(COMBINED).strip())


def _regards(event: Manifest) -> Manifest:
    return part(event, "involvedObject") or part(event, "regarding")


def last_seen(event: Manifest) -> str:
    """When an event was last seen, as text, which sorts as the times do to the second; a fraction only sorts within it."""
    times = (
        part(event, "series").get("lastObservedTime"),
        event.get("lastTimestamp"),
        event.get("deprecatedLastTimestamp"),
        event.get("eventTime"),
        part(event, "metadata").get("creationTimestamp"),
    )
    return next((time.removesuffix("Z") for time in times if isinstance(time, str) and time), "")
