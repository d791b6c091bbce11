"""Probes, in a separate process that may crash, whether the trainer can be imported and which GPUs it sees."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from collections.abc import Iterator

from detector_trainer.doctor.probe import ProbeResult, State

TIMEOUT = 180  # seconds
_CODE = """
import json
from detector_trainer import compat
compat.install()
import tensorflow as tf
from object_detection import model_main_tf2
print(json.dumps([device.name for device in tf.config.list_physical_devices("GPU")]))
"""


def probe() -> Iterator[ProbeResult]:
    """Import model_main_tf2; list the GPUs visible to TensorFlow."""
    if importlib.util.find_spec("tensorflow") is None:
        yield ProbeResult(
            "trainer", State.ERROR, "TensorFlow is not installed", "Install requirements/trainer-cpu.txt or trainer-gpu.txt."
        )
        return
    try:
        ended = subprocess.run([sys.executable, "-c", _CODE], capture_output=True, text=True, timeout=TIMEOUT, check=False)
    except subprocess.TimeoutExpired:
        yield ProbeResult(
            "trainer", State.ERROR, f"not imported within {TIMEOUT} s", "Check the load of the machine and its disk."
        )
        return
    if ended.returncode != 0:
        yield ProbeResult(
            "trainer", State.ERROR, _why(ended), "Install the locked requirements into an environment of their own."
        )
        return
    gpus = json.loads(ended.stdout.splitlines()[-1])
    yield ProbeResult("trainer", State.OK, "model_main_tf2 can be imported")
    if gpus:
        yield ProbeResult("gpus", State.OK, f"{len(gpus)} visible to TensorFlow")
    else:
        yield ProbeResult("gpus", State.WARNING, "none visible to TensorFlow: training would use the CPU", _driver_advice())


def _why(ended: subprocess.CompletedProcess[str]) -> str:
    if ended.returncode < 0:
        return f"importing it was killed by signal {-ended.returncode} (the processor may lack AVX)"
    lines = [line for line in ended.stderr.splitlines() if line.strip()]
    return lines[-1][:300] if lines else f"importing it ended with {ended.returncode}"


def _driver_advice() -> str:
    try:
        ended = subprocess.run(["nvidia-smi", "-L"], capture_output=True, text=True, timeout=20, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return "There is no NVIDIA driver here. Training on a CPU is slow."
    cards = len(ended.stdout.splitlines())
    if ended.returncode or not cards:
        return "The NVIDIA driver sees no GPU."
    return f"The driver sees {cards} GPUs: install requirements/trainer-gpu.txt, and check CUDA_VISIBLE_DEVICES."
