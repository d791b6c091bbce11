"""What `train` adds to a step: `python benchmarks/train_overhead.py`, steps per second against plain model_main_tf2.

Both train the same small SSD for 500 steps, in turn; measured from step 100 to step 500, after tracing. Plain means model_lib_v2's own
train_loop with its 100 steps a call. A small model is the hard case: its steps are short, and so ours weighs most.
"""

from __future__ import annotations

import argparse
import re
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))
from detector_trainer.contract import Progress
from support.training import tiny_config

FIRST, LAST = 100, 500
PLAIN = f"""
import sys, time
from detector_trainer import compat; compat.install()
from object_detection import model_lib_v2
import tensorflow as tf
class Clock:
    def pformat(self, values, **_):
        print("call ends", time.time(), flush=True)
        return ""
model_lib_v2.pprint = Clock()
with tf.distribute.MirroredStrategy().scope():
    model_lib_v2.train_loop(sys.argv[1], sys.argv[2], train_steps={LAST}, checkpoint_every_n=10**6)
"""


def plain(config: Path, folder: str) -> float:
    """Measure steps per second of the trainer alone."""
    output = subprocess.run([sys.executable, "-c", PLAIN, str(config), folder], capture_output=True, text=True, check=True).stdout
    times = [float(time) for time in re.findall(r"call ends ([\d.]+)", output)]
    return (len(times) - 1) * 100 / (times[-1] - times[0])


def ours(config: Path, folder: str) -> float:
    """Measure steps per second of `train`, with all it adds."""
    command = [sys.executable, "-m", "detector_trainer.cli", "train", f"--pipeline_config_path={config}", f"--model_dir={folder}"]
    command += [f"--num_train_steps={LAST}", "--checkpoint_every_n=1000000", "--log-interval=0"]
    output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    found = [progress for line in output.splitlines() if (progress := Progress.from_line(line))]
    first = min(found, key=lambda progress: abs(progress.step - FIRST))
    last = found[-2]  # the last is written after the last checkpoint
    return (last.step - first.step) / (last.time - first.time)


def main() -> None:
    """Prints a row for each pair, and the median ratio."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--pairs", type=int, default=3)
    options = parser.parse_args()
    ratios = []
    print("| pair | model_main_tf2, steps/s | train, steps/s | ratio |\n|---|---|---|---|")
    for pair in range(options.pairs):
        with tempfile.TemporaryDirectory() as folder:
            config = tiny_config(Path(folder))
            theirs, mine = plain(config, f"{folder}/plain"), ours(config, f"{folder}/ours")
        ratios.append(mine / theirs)
        print(f"| {pair + 1} | {theirs:.2f} | {mine:.2f} | {mine / theirs:.3f} |", flush=True)
    print(f"\nMedian ratio: {statistics.median(ratios):.3f}")


if __name__ == "__main__":
    main()
