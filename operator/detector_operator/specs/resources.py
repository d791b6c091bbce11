"""resources of the containers."""

from __future__ import annotations

from detector_operator.api.spec import Quantity, Resources, Trainer
from detector_operator.specs.manifest import Manifest, without_empty
from detector_operator.specs.settings import Settings


def trainer_resources(trainer: Trainer, settings: Settings) -> Manifest:
    """What the user asks for, and the GPUs of spec.trainer.gpus: the trainer is started for so many."""
    gpu_resource = trainer.gpu_resource or settings.gpu_resource
    requests, limits = (_without(gpu_resource, part) for part in _parts(trainer.resources))
    if trainer.gpus:
        limits[gpu_resource] = str(trainer.gpus)  # a request of the same number follows from it
    return without_empty({"requests": requests, "limits": limits})


def validation_resources(given: Resources, settings: Settings) -> Manifest:
    """What the user asks for, and the operator's defaults for what the user says nothing about.

    Never a GPU, by whatever name: every extended resource has a domain in its name, and none is asked for.
    """
    said = given.requests.keys() | given.limits.keys()
    requests, limits = (
        {**{name: value for name, value in default.items() if name not in said}, **asked}
        for default, asked in zip(_parts(settings.validation_resources), _parts(given), strict=True)
    )
    return without_empty({"requests": _without_extended(requests), "limits": _without_extended(limits)})


def _parts(resources: Resources) -> tuple[dict[str, Quantity], dict[str, Quantity]]:
    return resources.requests, resources.limits


def _without(name: str, quantities: dict[str, Quantity]) -> dict[str, Quantity]:
    return {other: quantity for other, quantity in quantities.items() if other != name}


def _without_extended(quantities: dict[str, Quantity]) -> dict[str, Quantity]:
    return {name: quantity for name, quantity in quantities.items() if "/" not in name}
