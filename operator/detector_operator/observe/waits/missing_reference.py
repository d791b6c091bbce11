"""Detect a missing ConfigMap or Secret, or a missing key in one, that a container or a volume references."""

from __future__ import annotations

import re
from typing import Final

from detector_operator.observe.added_container import ADDED
from detector_operator.observe.manifests import text
from detector_operator.observe.observed_run import ObservedRun
from detector_operator.reconcile.runs import ConditionReason
from detector_trainer.contract import reasons

_OBJECT: Final = re.compile(r'(configmap|secret) "([^"]+)" not found')
# The kubelet's messages for an environment variable, and for a volume.
_KEY: Final = re.compile(r"couldn't find key (\S+) in (ConfigMap|Secret) [^\s/]+/(\S+)", re.IGNORECASE)
_VOLUME_KEY: Final = re.compile(r"(configmap )?references non-existent (?:config|secret) key: (\S+)")
_KEY_HINT: Final = "Add the key, or fix its name in the spec."

KINDS: Final = {
    "configmap": ("ConfigMap", reasons.CONFIG_MAP_NOT_FOUND),
    "secret": ("Secret", reasons.SECRET_NOT_FOUND),
}


def wait(observed: ObservedRun) -> ConditionReason | None:
    """Return what is missing. The kubelet retries."""
    for container in observed.waiting_containers:
        waiting = container.waiting or {}
        if waiting.get("reason") == "CreateContainerConfigError":
            message = text(waiting, "message")
            hint = "Set a user ID in spec.trainer.podSecurityContext.runAsUser." if "runAsNonRoot" in message else ""
            found = explain_missing(message) or ConditionReason(
                reasons.CONTAINER_CANNOT_START, f"Container {container.name} cannot be created: {message}.", hint
            )
            if observed.is_own_container(container):
                return found
            return ConditionReason(found.reason, f"Container {container.name}: {found.message}", ADDED)
    return None


def explain_missing(message: str) -> ConditionReason | None:
    """Return what is missing according to a message of the kubelet; None if it is about something else."""
    if found := _OBJECT.search(message):
        kind, reason = KINDS[found.group(1)]
        hint = "Create it, or fix its name in the spec."
        return ConditionReason(reason, f"{kind} {found.group(2)} not found in this namespace.", hint)
    if found := _KEY.search(message):
        key, written_kind, name = found.groups()
        kind, reason = KINDS[written_kind.lower()]
        return ConditionReason(reason, f"{kind} {name} has no key {key}.", _KEY_HINT)
    if found := _VOLUME_KEY.search(message):
        kind, reason = KINDS["configmap" if found.group(1) else "secret"]
        return ConditionReason(reason, f"The {kind} of a volume has no key {found.group(2)}.", _KEY_HINT)
    return None
