"""Too few GPUs are reported where CUDA cannot possibly see enough; in doubt, `train` checks."""

from __future__ import annotations

from pathlib import Path

import pytest

from detector_trainer.contract import ExitCode
from detector_trainer.preflight import gpus_visible
from detector_trainer.preflight.pod import Pod
from detector_trainer.validation.inputs import Inputs

DRIVER = ("null", "nvidiactl", "nvidia-uvm", "nvidia-modeset")


def looked(tmp_path: Path, gpus: int, devices: tuple[str, ...], **environment: str):
    for name in devices:
        (tmp_path / name).touch()
    return gpus_visible.check(Pod(Inputs("p.config"), "m", gpus, devices=tmp_path, environment=environment))


@pytest.mark.parametrize(
    ("gpus", "devices", "environment"),
    [
        (0, ("null",), {}),
        (0, ("null",), {"CUDA_VISIBLE_DEVICES": "-1"}),
        (1, (*DRIVER, "nvidia0"), {}),
        (1, (*DRIVER, "nvidia5"), {"NVIDIA_VISIBLE_DEVICES": "GPU-5a"}),
        (2, (*DRIVER, "nvidia0", "nvidia11"), {"CUDA_VISIBLE_DEVICES": "0,1"}),
        (1, (*DRIVER, "nvidia0", "nvidia1"), {}),
        (1, (*DRIVER, "nvidia0"), {"NVIDIA_VISIBLE_DEVICES": "void"}),
        (2, (*DRIVER, "nvidia0", "nvidia-caps"), {}),
        (1, ("null", "dxg"), {}),
        (1, ("null", "nvhost-gpu"), {}),
        (2, ("null", "kfd"), {}),
    ],
    ids=[
        "none requested",
        "none requested, all hidden",
        "one card",
        "one card, not the first of its node",
        "two cards",
        "more than requested",
        "injected through CDI",
        "slices of a card (MIG)",
        "WSL",
        "Jetson",
        "AMD",
    ],
)
def test_it_passes(tmp_path: Path, gpus: int, devices: tuple[str, ...], environment: dict[str, str]):
    assert looked(tmp_path, gpus, devices, **environment) is None


@pytest.mark.parametrize(
    ("gpus", "devices", "environment", "said", "hint"),
    [
        (1, ("null",), {}, "1 GPU required, 0 visible", "runtimeClassName"),
        (1, ("null",), {"NVIDIA_VISIBLE_DEVICES": "GPU-5a"}, "1 GPU required, 0 visible", "runtimeClassName"),
        (1, DRIVER, {}, "1 GPU required, 0 visible", "runtimeClassName"),
        (2, (*DRIVER, "nvidia0"), {}, "2 GPUs required, 1 visible", "time-slicing"),
        (1, (*DRIVER, "nvidia0"), {"CUDA_VISIBLE_DEVICES": ""}, "1 GPU required, 0 visible", "CUDA_VISIBLE_DEVICES is ''"),
        (1, ("null", "dxg"), {"CUDA_VISIBLE_DEVICES": "-1"}, "1 GPU required, 0 visible", "CUDA_VISIBLE_DEVICES is '-1'"),
        (2, (*DRIVER, "nvidia0", "nvidia1"), {"CUDA_VISIBLE_DEVICES": "1"}, "2 GPUs required, 1 visible", "CUDA_VISIBLE_DEVICES"),
    ],
    ids=[
        "no device",
        "assigned, but not mounted",
        "a driver without a card",
        "shares of one card",
        "hidden",
        "hidden by -1",
        "one of two hidden",
    ],
)
def test_it_ends_with_78(tmp_path: Path, gpus: int, devices: tuple[str, ...], environment: dict[str, str], said: str, hint: str):
    ending = looked(tmp_path, gpus, devices, **environment)
    assert ending is not None
    assert (ending.code, ending.reason) == (ExitCode.ENVIRONMENT, "TooFewGpus")
    assert said in ending.message
    assert hint in ending.hint
