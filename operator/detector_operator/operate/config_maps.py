"""The ConfigMap of an inline pipeline config: a pod mounts it, so it has to exist, be ours, and stay."""

from __future__ import annotations

from http import HTTPStatus
from typing import Final

from detector_operator.api import DetectorTraining, inline_text
from detector_operator.api.resource import GROUP, KIND
from detector_operator.api.resource import PLURAL as RESOURCE_PLURAL
from detector_operator.operate import compact
from detector_operator.operate.api_errors import CONFLICT, AlreadyExistsError, ApiError
from detector_operator.operate.api_server import CORE, RESOURCES, ApiServer
from detector_operator.operate.inline_texts import InlineTexts
from detector_operator.reconcile.runs import Why
from detector_operator.specs.config_map import FILE, build_config_map
from detector_operator.specs.manifest import Manifest
from detector_trainer.contract import reasons

PLURAL: Final = "configmaps"


async def ensure_config_map(
    server: ApiServer, resource: DetectorTraining, texts: InlineTexts, *, expected: bool = False
) -> Why | None:
    """Create the ConfigMap of spec.pipelineConfig.inline, unless it exists and is the one that the pods need.

    Args:
        server: where to create it.
        resource: its owner, with the text or with its digest.
        texts: where the text of a digest may be.
        expected: whether it probably exists: it is then read before it is created, which takes one request instead of two.

    Returns:
        Why the pods cannot use what has its name; None if it exists now, or if the config is not inline.

    Raises:
        ApiError: it cannot be created or read now, an earlier one of its name is still being deleted, or the resource has
            changed. To be tried again.
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


async def _text(server: ApiServer, resource: DetectorTraining, texts: InlineTexts) -> str:
    """Return the text of the pipeline config, which is read again if it is not kept.

    Raises:
        ApiError: it cannot be read, or it is another one now.
    """
    inline = str(resource.spec.pipeline_config.inline)
    if inline_text.digest_of(inline) != inline:
        return inline  # it is the text
    if (kept := texts.get(inline)) is not None:
        return kept
    namespace, name = str(resource.metadata.namespace), resource.metadata.name
    found = await server.read(RESOURCES, namespace, RESOURCE_PLURAL, name)
    text = compact.inline_text(found) if found is not None else None
    if text is None or inline_text.digest(text) != inline:
        raise ApiError(HTTPStatus.CONFLICT, CONFLICT, f"{KIND} {name} has changed")
    return text


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
    data = found.get("data") or {}
    if data.keys() != {FILE} or inline_text.digest(data[FILE]) != inline_text.digest_of(wanted["data"][FILE]):
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
