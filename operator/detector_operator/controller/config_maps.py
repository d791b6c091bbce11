"""Ensure the ConfigMap of an inline pipeline config: a pod mounts it, so it must exist, be ours, and stay."""

from __future__ import annotations

from http import HTTPStatus
from typing import Final

from detector_operator.api import DetectorTraining, inline_text
from detector_operator.api.resource import GROUP, KIND
from detector_operator.api.resource import PLURAL as RESOURCE_PLURAL
from detector_operator.builders.config_map import FILE, build_config_map
from detector_operator.builders.manifest import Manifest
from detector_operator.controller import compact
from detector_operator.controller.api_errors import CONFLICT, AlreadyExistsError, ApiError
from detector_operator.controller.api_server import CORE, RESOURCES, ApiServer
from detector_operator.controller.inline_config_cache import InlineConfigCache
from detector_operator.reconcile.runs import ConditionReason
from detector_trainer.contract import reasons

PLURAL: Final = "configmaps"


async def ensure_config_map(
    server: ApiServer, resource: DetectorTraining, texts: InlineConfigCache, *, expected: bool = False
) -> ConditionReason | None:
    """Create the ConfigMap of spec.pipelineConfig.inline, unless it exists with the expected owner and data.

    Args:
        server: the API server.
        resource: the owner, with the text or its digest.
        texts: cache of texts by digest.
        expected: whether it probably exists: it is then read before it is created, which takes one request instead of two.

    Returns:
        Why the pods cannot use the object with its name; None if it exists now, or if the config is not inline.

    Raises:
        ApiError: it cannot be created or read now, an earlier one with its name is being deleted, or the resource has changed.
            A retry may succeed.
    """
    wanted = build_config_map(resource)
    if wanted is None:
        return None
    namespace, name = wanted["metadata"]["namespace"], wanted["metadata"]["name"]
    if expected and (found := await server.read(CORE, namespace, PLURAL, name)) is not None:
        return _usable(found, wanted)
    try:
        await server.create(CORE, namespace, PLURAL, {**wanted, "data": {FILE: await _text(server, resource, texts)}})
    except AlreadyExistsError as error:
        found = await server.read(CORE, namespace, PLURAL, name)
        if found is None:
            raise _in_deletion(name) from error
        return _usable(found, wanted)
    return None


async def _text(server: ApiServer, resource: DetectorTraining, texts: InlineConfigCache) -> str:
    """Return the text of the pipeline config, from the API server if it is not in the cache.

    Raises:
        ApiError: it cannot be read, or it has changed.
    """
    inline = str(resource.spec.pipeline_config.inline)
    if inline_text.digest_of(inline) != inline:
        return inline  # it is the text
    if (cached := texts.get(inline)) is not None:
        return cached
    namespace, name = str(resource.metadata.namespace), resource.metadata.name
    found = await server.read(RESOURCES, namespace, RESOURCE_PLURAL, name)
    text = compact.inline_text(found) if found is not None else None
    if text is None or inline_text.digest(text) != inline:
        raise ApiError(HTTPStatus.CONFLICT, CONFLICT, f"{KIND} {name} has changed")
    return text


def _usable(found: Manifest, wanted: Manifest) -> ConditionReason | None:
    """Return why an existing ConfigMap is not the wanted one; None if it is.

    Raises:
        ApiError: it is being deleted.
    """
    name, expected = wanted["metadata"]["name"], wanted["metadata"]["ownerReferences"][0]
    owner: Manifest = next((each for each in found["metadata"].get("ownerReferences", ()) if each.get("controller")), {})
    if found["metadata"].get("deletionTimestamp") or _is_of_earlier_resource(owner, expected):
        raise _in_deletion(name)
    if owner.get("uid") != expected["uid"]:
        whose = f"is owned by {owner['kind']} {owner['name']}, not by this DetectorTraining" if owner else "has no owner"
        return _unusable(name, f"it {whose}")
    data = found.get("data") or {}
    if data.keys() != {FILE} or inline_text.digest(data[FILE]) != inline_text.digest_of(wanted["data"][FILE]):
        return _unusable(name, "its data is not spec.pipelineConfig.inline")
    return None


def _is_of_earlier_resource(owner: Manifest, expected: Manifest) -> bool:
    """Return whether an earlier DetectorTraining of the same name was the owner: the garbage collector will delete the object."""
    same = (owner.get("kind"), owner.get("name")) == (KIND, expected["name"]) and owner.get("apiVersion", "").startswith(
        f"{GROUP}/"
    )
    return same and owner.get("uid") != expected["uid"]


def _in_deletion(name: str) -> ApiError:
    message = f"ConfigMap {name} of an earlier DetectorTraining of this name is being deleted"
    return ApiError(HTTPStatus.CONFLICT, CONFLICT, message)


def _unusable(name: str, what: str) -> ConditionReason:
    message = f"The pipeline config cannot be mounted: ConfigMap {name} exists, but {what}."
    hint = f"If it is not needed, delete it (`kubectl delete configmap {name}`): the operator recreates it."
    return ConditionReason(reasons.JOB_NOT_CREATED, message, hint)
