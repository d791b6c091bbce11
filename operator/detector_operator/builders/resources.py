"""Build the resources of the containers."""

from __future__ import annotations

from detector_operator.api.spec import Quantity, Resources, Trainer
from detector_operator.builders.manifest import Manifest, without_empty
from detector_operator.builders.settings import Settings


def trainer_resources(trainer: Trainer, settings: Settings) -> Manifest:
    """Return spec.trainer.resources with the GPUs of spec.trainer.gpus."""
    gpu_resource = trainer.gpu_resource or settings.gpu_resource
    requests, limits = (_without(gpu_resource, part) for part in _parts(trainer.resources))
    if trainer.gpus:
        limits[gpu_resource] = str(trainer.gpus)  # the request defaults to the limit
    return without_empty({"requests": requests, "limits": limits})


def validation_resources(given: Resources, settings: Settings) -> Manifest:
    """Return spec.validation.resources, with the operator's defaults for resources that it does not set.

    It never requests a GPU under any name: extended resources, which have a domain in their name, are removed.
    """
    set_by_user = given.requests.keys() | given.limits.keys()
    requests, limits = (
        {**{name: value for name, value in default.items() if name not in set_by_user}, **user}
        for default, user in zip(_parts(settings.validation_resources), _parts(given), strict=True)
    )
    return without_empty({"requests": _without_extended(requests), "limits": _without_extended(limits)})


def _parts(resources: Resources) -> tuple[dict[str, Quantity], dict[str, Quantity]]:
    return resources.requests, resources.limits


def _without(name: str, quantities: dict[str, Quantity]) -> dict[str, Quantity]:
    return {other: quantity for other, quantity in quantities.items() if other != name}


def _without_extended(quantities: dict[str, Quantity]) -> dict[str, Quantity]:
    return {name: quantity for name, quantity in quantities.items() if "/" not in name}
