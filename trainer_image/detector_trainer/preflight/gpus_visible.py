"""Checks that the requested number of GPUs is visible, as far as this is possible without CUDA.

However a device plugin hands GPUs to a container (environment variable, volume mounts, CDI), every card has a device file
in the end, and without it CUDA sees nothing. NVIDIA_VISIBLE_DEVICES and /proc/driver/nvidia/gpus are less reliable: the first is
a request to the container runtime that not every plugin makes, the second may list all cards of the node.
"""

from __future__ import annotations

import re
from itertools import takewhile

from detector_trainer.command.run_result import RunResult
from detector_trainer.contract import ExitCode, reasons
from detector_trainer.preflight.pod import Pod

CARD = re.compile(r"nvidia\d+")
# Device files of GPUs without one file per card: slices of a card (MIG), WSL, Jetson, AMD.
UNCOUNTED = ("nvidia-caps", "dxg", "nvhost-gpu", "nvgpu", "kfd")


def check(pod: Pod) -> RunResult | None:
    """Fail if CUDA cannot possibly see as many GPUs as the pod requests."""
    chosen = _chosen(pod.environment.get("CUDA_VISIBLE_DEVICES"))
    if chosen is not None and chosen < pod.gpus:
        value = pod.environment["CUDA_VISIBLE_DEVICES"]
        return _too_few(pod, chosen, f"CUDA_VISIBLE_DEVICES is {value!r}: do not set it, the device plugin chooses the GPUs.")
    cards = _cards(pod)
    if cards is None or cards >= pod.gpus:
        return None
    return _too_few(pod, cards, SHARED if cards else NOT_MOUNTED)


NOT_MOUNTED = (
    "The container runtime has not mounted their devices: set spec.trainer.runtimeClassName (usually nvidia), or make NVIDIA's "
    "runtime the default of the node."
)
SHARED = "Shares of one card (time-slicing, MPS) count as one GPU: request no more GPUs than the node has cards."


def _too_few(pod: Pod, most: int, hint: str) -> RunResult:
    message = f"{pod.gpus} GPU{'s' * (pod.gpus != 1)} required, {most} visible in this container."
    return RunResult(ExitCode.ENVIRONMENT, reasons.TOO_FEW_GPUS, message, hint)


def _chosen(value: str | None) -> int | None:
    """Count the devices that the variable leaves at most; CUDA ignores what follows an invalid one. None if it is not set."""
    return None if value is None else sum(1 for _ in takewhile(lambda part: part.strip() not in ("", "-1"), value.split(",")))


def _cards(pod: Pod) -> int | None:
    """Count the cards that have a device file; None if cards cannot be counted."""
    names = [path.name for path in pod.devices.iterdir()]
    return None if any(name in UNCOUNTED for name in names) else sum(bool(CARD.fullmatch(name)) for name in names)
