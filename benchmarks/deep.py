"""How long `validate --deep` takes on official configs wired to the ten pets: `python benchmarks/deep.py [--all]`.

Without --all, the five models for which there is a target. Each run is the whole command, in a process of its own.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))
from support.official_configs import BUILDABLE, wire_to_pets

WITH_TARGET = (
    "ssd_mobilenet_v2_fpnlite_320x320_coco17_tpu-8",
    "ssd_efficientdet_d0_512x512_coco17_tpu-8",
    "ssd_resnet50_v1_fpn_640x640_coco17_tpu-8",
    "faster_rcnn_resnet50_v1_640x640_coco17_tpu-8",
    "centernet_resnet101_v1_fpn_512x512_coco17_tpu-8",
)


def main() -> None:
    """Prints a row for each config."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--all", action="store_true", help="every official config that can be built, once")
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    names: Sequence[str] = [config.stem for config in BUILDABLE] if options.all else WITH_TARGET
    runs = 1 if options.all else options.runs
    print("| config | median s | max s | found |\n|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        for name in names:
            (official,) = (config for config in BUILDABLE if config.stem == name)
            config = wire_to_pets(official, Path(folder))
            times, found = zip(*(validated(config) for _ in range(runs)), strict=True)
            print(f"| {name} | {statistics.median(times):.1f} | {max(times):.1f} | {found[0]} |", flush=True)


def validated(config: Path) -> tuple[float, str]:
    """Return the seconds, and what was found."""
    started = time.perf_counter()
    command = [sys.executable, "-m", "detector_trainer.cli", "validate", f"--pipeline-config={config}", "--deep"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    seconds = time.perf_counter() - started
    return seconds, "nothing" if done.returncode == 0 else done.stdout.strip().splitlines()[0]


if __name__ == "__main__":
    main()
