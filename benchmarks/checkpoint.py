"""How long the verdict on a checkpoint takes without TensorFlow: `python benchmarks/checkpoint.py`; 1 GiB of memory for the making.

A Faster R-CNN ResNet-50 with random weights, 110 MB, requested by its own config and by that of an SSD. Each run is a process of
its own; the file is in the page cache.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

CONFIGS = Path(__file__).resolve().parents[1] / "tests" / "data" / "official_configs"
OWN, OTHER = "faster_rcnn_resnet50_v1_640x640_coco17_tpu-8", "ssd_mobilenet_v2_fpnlite_320x320_coco17_tpu-8"
MAKE = """
import sys
from detector_trainer import compat
compat.install()
import tensorflow as tf
from object_detection.utils import config_util
from detector_trainer.deep.model_graph import build_model
model = build_model(config_util.get_configs_from_pipeline_file(sys.argv[1])["model"])
tf.train.Checkpoint(model=model).save(sys.argv[2])
"""
LOOK = """
import json, sys, time
from detector_trainer.validation.checks.checkpoint import corrupt, shape_mismatch, type_mismatch, unreadable, written_by_tf1
from detector_trainer.validation.inputs import Inputs
inputs = Inputs(sys.argv[1], overrides=json.loads(sys.argv[2]))
inputs.config
started = time.perf_counter()
found = [finding.code for check in (unreadable, written_by_tf1, type_mismatch, shape_mismatch, corrupt) for finding in check.check(inputs)]
print(json.dumps([time.perf_counter() - started, found]))
"""


def main() -> None:
    """Prints a row for each case."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, default=7)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        prefix = f"{folder}/ckpt"
        subprocess.run([sys.executable, "-c", MAKE, CONFIGS / f"{OWN}.config", prefix], check=True, capture_output=True)
        data = Path(f"{prefix}-1.data-00000-of-00001")
        print(f"{data.stat().st_size / 1e6:.0f} MB\n\n| config | type | median s | max s | found |\n|---|---|---|---|---|")
        for name, kind in ((OWN, "detection"), (OWN, "full"), (OTHER, "detection")):
            wanted = {
                "fineTuneCheckpoint": f"{prefix}-1",
                "fineTuneCheckpointType": kind,
            }
            command = [sys.executable, "-c", LOOK, str(CONFIGS / f"{name}.config"), json.dumps(wanted)]
            runs = [json.loads(subprocess.run(command, check=True, capture_output=True).stdout) for _ in range(options.runs)]
            times = [seconds for seconds, _ in runs]
            found = ", ".join(runs[0][1]) or "nothing"
            print(f"| {name} | {kind} | {statistics.median(times):.2f} | {max(times):.2f} | {found} |", flush=True)


if __name__ == "__main__":
    main()
