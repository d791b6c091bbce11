"""How long the verdict on everything but the records takes, as a whole process: `python benchmarks/verdict.py`.

Against the time until the trainer reports the same: `--against-trainer` runs each of some broken examples to its error as well.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
import time

BROKEN = (
    "misspelt-field",
    "tf1-extractor",
    "label-map-id-zero",
    "checkpoint-path-not-configured",
    "checkpoint-type-classification",
)
CLI = [sys.executable, "-m", "detector_trainer.cli"]


def seconds(command: list[str]) -> float:
    """Measure the wall time of a command, whatever its exit code."""
    started = time.perf_counter()
    subprocess.run(command, capture_output=True, check=False)
    return time.perf_counter() - started


def main() -> None:
    """Prints a row for each example."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--against-trainer", action="store_true")
    options = parser.parse_args()
    print("| example | validate --no-scan, median s | max s | trainer, s | ratio |\n|---|---|---|---|---|")
    for name in ("../pets", *BROKEN):
        config = f"examples/broken/{name}/pipeline.config".replace("broken/../", "")
        ours = [seconds([*CLI, "validate", "--pipeline-config", config, "--no-scan"]) for _ in range(options.runs + 1)][1:]
        median = statistics.median(ours)
        row = [name.rpartition("/")[2], f"{median:.2f}", f"{max(ours):.2f}", "", ""]
        if options.against_trainer and name in BROKEN:
            with tempfile.TemporaryDirectory() as folder:
                theirs = seconds(
                    [*CLI, "train", f"--pipeline_config_path={config}", f"--model_dir={folder}", "--num_train_steps=2"]
                )
            row[3:] = [f"{theirs:.1f}", f"{theirs / median:.0f}"]
        print(f"| {' | '.join(row)} |", flush=True)


if __name__ == "__main__":
    main()
