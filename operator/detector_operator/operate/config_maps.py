"""The ConfigMap of an inline pipeline config: a pod mounts it, so it has to exist, be ours, and stay."""

from __future__ import annotations

from http import HTTPStatus
from typing import Final

from detector_operator.api import DetectorTraining
from detector_operator.api.resource import GROUP, KIND
from detector_operator.operate.api_errors import CONFLICT, AlreadyExistsError, ApiError
from detector_operator.operate.api_server import CORE, ApiServer
from detector_operator.reconcile.runs import Why
from detector_operator.specs.config_map import build_config_map
from detector_operator.specs.manifest import Manifest
from detector_trainer.contract import reasons

PLURAL: Final = "configmaps"


async def ensure_config_map(server: ApiServer, resource: DetectorTraining, *, expected: bool = False) -> Why | None:
    """Create the ConfigMap of spec.pipelineConfig.inline, unless it exists and is the one that the pods need.

    Args:
        server: where to create it.
        resource: its owner.
        expected: whether it probably exists: it is then read before it is created, which takes one request instead of two.

    Returns:
        Why the pods cannot use what has its name; None if it exists now, or if the config is not inline.

    Raises:
        ApiError: it cannot be created or read now, or an earlier one of its name is still being deleted. To be tried again.
    """
    wanted = build_config_map(resource)
    if wanted is None:
        return None
    namespace, name = wanted["metadata"]["namespace"], wanted["metadata"]["name"]
    if expected and (found := await server.read(CORE, namespace, PLURAL, name)) is not None:
        return _usable(found, wanted)
    try:
        await server.create(CORE, namespace, PLURAL, wanted)
    except AlreadyExistsError as error:
        found = await server.read(CORE, namespace, PLURAL, name)
        if found is None:
            raise _in_deletion(name) from error
        return _usable(found, wanted)
    return None


def _usable(found: Manifest, wanted: Manifest) -> Why | None:
    """Check that a ConfigMap is the one that is wanted.

    Raises:
        ApiError: it will be gone soon.
    """
    name, ours = wanted["metadata"]["name"], wanted["metadata"]["ownerReferences"][0]
    owner: Manifest = next((each for each in found["metadata"].get("ownerReferences", ()) if each.get("controller")), {})
    if found["metadata"].get("deletionTimestamp") or _is_of_an_earlier_one(owner, ours):
        raise _in_deletion(name)
    if owner.get("uid") != ours["uid"]:
        whose = f"is owned by {owner['kind']} {owner['name']}, not by this DetectorTraining" if owner else "has no owner"
        return _unusable(name, f"it {whose}")
    if found.get("data") != wanted["data"]:
        return _unusable(name, "its data is not spec.pipelineConfig.inline")
    return None


def _is_of_an_earlier_one(owner: Manifest, ours: Manifest) -> bool:
    """Whether the owner was a DetectorTraining of the same name: the garbage collector is about to delete what it owned."""
    same = (owner.get("kind"), owner.get("name")) == (KIND, ours["name"]) and owner.get("apiVersion", "").startswith(f"{GROUP}/")
    return same and owner.get("uid") != ours["uid"]


def _in_deletion(name: str) -> ApiError:
    message = f"ConfigMap {name} of an earlier DetectorTraining of this name is being deleted"
    return ApiError(HTTPStatus.CONFLICT, CONFLICT, message)


def _unusable(name: str, what: str) -> Why:
    message = f"The pipeline config cannot be mounted: ConfigMap {name} exists, but {what}."
    hint = f"If it is not needed, delete it (`kubectl delete configmap {name}`): the operator creates it again."
    return Why(reasons.JOB_NOT_CREATED, message, hint)
