"""How fast records are scanned, against a bare checksum, tf.data and the real train_input: `python benchmarks/scan.py --gigabytes 2`.

Records of about 87 kB are generated from the photographs of examples/pets, outside of the tree. One core unless stated otherwise; the files are
read once before, so that they come from the page cache. All in one run, so that the ratios hold.

`python benchmarks/scan.py --gigabytes 0.3 --looks 9`: what looking at the images (brightness, edges, perceptual hash) adds to decoding
them, in processor time, in turn with and without.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from unittest.mock import patch

import google_crc32c

from detector_trainer.pipeline.load import read_pipeline_config
from detector_trainer.records.appearance import ImageQuality
from detector_trainer.records.framing import records
from detector_trainer.validation.chain import scan_checks
from detector_trainer.validation.inputs import Inputs
from detector_trainer.validation.record_scan import scan_records

ROOT = Path(__file__).resolve().parents[1]
CONFIG = str(ROOT / "examples/pets/pipeline.config")
SHARDS = 8


def make(folder: Path, gigabytes: float) -> tuple[list[Path], int]:
    """Write shards that hold the pets' records over and over; return their paths and the number of records."""
    source = ROOT / "examples/pets/pets_examples.record"
    whole = source.read_bytes()
    times = max(1, int(gigabytes * 1e9 / SHARDS / len(whole)))
    paths = [folder / f"{shard}.record" for shard in range(SHARDS)]
    for path in paths:
        with path.open("wb") as file:
            for _ in range(times):
                file.write(whole)
    return paths, SHARDS * times * 10


def crc_pass(paths: list[Path]) -> None:
    """Calculate the checksum of everything, and nothing else."""
    for path in paths:
        with path.open("rb", buffering=0) as file:
            while block := file.read(1 << 19):
                google_crc32c.value(block)


def framing_pass(paths: list[Path]) -> None:
    """Read framing and checksums, record by record."""
    for path in paths:
        with path.open("rb", buffering=0) as file:
            for _ in records(file, path.stat().st_size):
                pass


def scan(paths: list[Path], *, decode: bool, processes: int) -> None:
    """Run our scan."""
    overrides = {"trainInputPaths": json.dumps([str(path) for path in paths])}
    inputs = Inputs(CONFIG, overrides=overrides, decode_images=decode, processes=processes)
    outcome = scan_records(inputs, scan_checks)
    assert not [finding for finding in outcome.findings if finding.severity == "error"]


TF_DATA = """
import os, sys, time
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
from detector_trainer import compat; compat.install()
import tensorflow as tf
paths, what, limit = sys.argv[2].split(","), sys.argv[1], int(sys.argv[3])
options = tf.data.Options(); options.threading.private_threadpool_size = 1
if what == "parse":
    features = {f"image/object/bbox/{side}": tf.io.VarLenFeature(tf.float32) for side in ("xmin", "xmax", "ymin", "ymax")}
    features |= {"image/object/class/text": tf.io.VarLenFeature(tf.string), "image/encoded": tf.io.FixedLenFeature((), tf.string)}
    dataset = tf.data.TFRecordDataset(paths).batch(64).map(lambda batch: tf.io.parse_example(batch, features)).with_options(options)
else:
    from object_detection import inputs
    from object_detection.utils import config_util
    configs = config_util.get_configs_from_pipeline_file(sys.argv[4])
    configs["train_input_config"].tf_record_input_reader.input_path[:] = paths
    configs["train_config"].batch_size = 8
    dataset = inputs.train_input(configs["train_config"], configs["train_input_config"], configs["model"])
iterator = iter(dataset)
next(iterator)
started, done = time.perf_counter(), 0
for batch in iterator:
    done += 64 if what == "parse" else 8
    if done >= limit:
        break
print("seconds", time.perf_counter() - started, "records", done)
"""


def tensorflow(what: str, paths: list[Path], limit: int) -> float:
    """Measure records per second of tf.data's parse_example or of the real train_input, on the cores this process may use."""
    command = [sys.executable, "-c", TF_DATA, what, ",".join(map(str, paths)), str(limit), CONFIG]
    output = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    return int(output[-1]) / float(output[-3])


def timed(work: Callable[[], None]) -> float:
    """Measure the seconds of the better of two passes."""
    best = float("inf")
    for _ in range(2):
        started = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - started)
    return best


def rows(paths: list[Path], count: int) -> Iterator[tuple[str, float]]:
    """Name and records per second."""
    few = paths[:2]
    share = len(few) / len(paths)
    cores = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(0, cores[:1])
    yield "bare CRC32C pass", count / timed(lambda: crc_pass(paths))
    yield "framing and CRC32C", count / timed(lambda: framing_pass(paths))
    yield "tf.data batch + parse_example", tensorflow("parse", paths, count - 128)
    yield "scan without decoding, 1 core", count / timed(lambda: scan(paths, decode=False, processes=1))
    yield "train_input (batch 8), 1 core", tensorflow("train_input", few, 1500)
    yield "scan with every image decoded, 1 core", count * share / timed(lambda: scan(few, decode=True, processes=1))
    os.sched_setaffinity(0, cores)
    yield f"scan without decoding, {len(cores)} processes", count / timed(lambda: scan(paths, decode=False, processes=len(cores)))
    yield (
        f"scan with every image decoded, {len(cores)} processes",
        count * share / timed(lambda: scan(few, decode=True, processes=2)),
    )


def cost_of_looks(paths: list[Path], pairs: int) -> Iterator[float]:
    """Measure the processor time of a scan that looks at the images, over that of one that does not, pair by pair."""
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:1])
    scan(paths[:1], decode=True, processes=1)
    for _ in range(pairs):
        started = time.process_time()
        scan(paths, decode=True, processes=1)
        looked = time.process_time()
        with patch.object(ImageQuality, "add", lambda *_: None):
            scan(paths, decode=True, processes=1)
        yield (looked - started) / (time.process_time() - looked)


def main() -> None:
    """Prints a table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--gigabytes", type=float, default=2.0)
    parser.add_argument(
        "--looks", type=int, metavar="PAIRS", help="only what looking at the images costs, in so many pairs of scans"
    )
    options = parser.parse_args()
    assert read_pipeline_config(CONFIG)
    with tempfile.TemporaryDirectory() as folder:
        paths, count = make(Path(folder), options.gigabytes)
        size = sum(path.stat().st_size for path in paths)
        crc_pass(paths)
        print(f"{count:,} records, {size / 1e9:.2f} GB, {size / count / 1e3:.0f} kB a record\n")
        if options.looks:
            ratios = sorted(cost_of_looks(paths, options.looks))
            print(f"{len(ratios)} pairs: {ratios[0]:.3f} to {ratios[-1]:.3f}, median {statistics.median(ratios):.3f}")
            return
        print("| pass | records/s | GB/s |\n|---|---|---|")
        for name, rate in rows(paths, count):
            print(f"| {name} | {rate:,.0f} | {rate * size / count / 1e9:.2f} |", flush=True)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    print(f"\nPeak memory: this process {peak[0] / 1024:.0f} MB (scans in it; TensorFlow runs in others).")


if __name__ == "__main__":
    main()
