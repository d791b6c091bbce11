"""A ConfigMap or a Secret that a container or a volume refers to is missing, or its key is."""

from __future__ import annotations

import re
from typing import Final

from detector_operator.observe.manifests import text
from detector_operator.observe.sight import Sight
from detector_operator.observe.waits.added_container import ADDED
from detector_operator.reconcile.runs import Why
from detector_trainer.contract import reasons

_OBJECT: Final = re.compile(r'(configmap|secret) "([^"]+)" not found')
# The kubelet's words for a variable, and for a volume.
_KEY: Final = re.compile(r"couldn't find key (\S+) in (ConfigMap|Secret) [^\s/]+/(\S+)", re.IGNORECASE)
_VOLUME_KEY: Final = re.compile(r"(configmap )?references non-existent (?:config|secret) key: (\S+)")

KINDS: Final = {
    "configmap": ("ConfigMap", reasons.CONFIG_MAP_NOT_FOUND),
    "secret": ("Secret", reasons.SECRET_NOT_FOUND),
}


def wait(sight: Sight) -> Why | None:
    """Until it is there: the kubelet tries again."""
    for container in sight.waiting_containers:
        waiting = container.waiting or {}
        if waiting.get("reason") == "CreateContainerConfigError":
            told = text(waiting, "message")
            hint = "Name a user in spec.trainer.podSecurityContext.runAsUser." if "runAsNonRoot" in told else ""
            found = missing(told) or Why(
                reasons.CONTAINER_CANNOT_START, f"Container {container.name} cannot be created: {told}.", hint
            )
            return found if sight.is_ours(container) else Why(found.reason, f"Container {container.name}: {found.message}", ADDED)
    return None


def missing(told: str) -> Why | None:
    """What is missing according to the kubelet."""
    if found := _OBJECT.search(told):
        kind, reason = KINDS[found.group(1)]
        return Why(reason, f"There is no {kind} {found.group(2)} in this namespace.", "Create it, or mend its name in the spec.")
    if found := _KEY.search(told):
        key, kind, name = found.groups()
        called, reason = KINDS[kind.lower()]
        return Why(reason, f"{called} {name} has no key {key}.", "Add the key, or mend its name in the spec.")
    if found := _VOLUME_KEY.search(told):
        called, reason = KINDS["configmap" if found.group(1) else "secret"]
        return Why(reason, f"The {called} of a volume has no key {found.group(2)}.", "Add the key, or mend its name in the spec.")
    return None
