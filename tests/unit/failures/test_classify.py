"""The trainer's words come back as cause and fix; a healthy log comes back as nothing."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detector_trainer.contract import ExitCode, reasons
from detector_trainer.failures import classify
from detector_trainer.failures.table import FAILURES

SAID = [
    ('google.protobuf.text_format.ParseError: 9:5 : Message type "object_detection.protos.Ssd" has no field named "num_clases".', "config/syntax", "9:5"),
    ("ValueError: ssd_inception_v2 is not supported for tf version 2. See `model_builder.py` for features", "config/unknown-extractor", "ssd_inception_v2"),
    ("RuntimeError: Did not find any input files matching the glob pattern ['/data/train.record']", "records/no-file", "/data/train.record"),
    ("tensorflow.python.framework.errors_impl.NotFoundError: /data/map.pbtxt; No such file or directory", "label-map/unreadable", "label map"),
    ("ValueError: learning_rate_base must be larger or equal to warmup_learning_rate.", "config/learning-rate", "learning_rate_base"),
    ("ValueError: total_steps must be larger or equal to warmup_steps.", "config/learning-rate", "total_steps"),
    ("ValueError: Invalid image resizer option: 'None'.", "config/image-resizer", "None"),
    ("InvalidArgumentError: Cannot add tensor to the batch: number of elements does not match. Shapes are: [tensor]: [640,480,3], [batch]: [480,640,3]", "config/mixed-image-sizes", "[640,480,3]"),
    ("ValueError: train_pb2.load_all_detection_checkpoint_vars unsupported in TF2", "config/all-checkpoint-vars", "TF2"),
    ("TypeError: 'NoneType' object cannot be interpreted as an integer", "config/num-steps-unset", "num_steps"),
    ("TypeError: memoryview: a bytes-like object is required, not 'str'", "label-map/syntax", "label map"),
    ("ValueError: Label map id 0 is reserved for the background label", "label-map/reserved-id", "id 0"),
    ("DataLossError: truncated record at 812345 [Op:IteratorGetNext]", "records/truncated", "812345"),
    ("DataLossError: corrupted record at 0 (Is this even a TFRecord file?)", "records/corrupt", "byte 0"),
    ("InvalidArgumentError: Key: image/object/bbox/xmin.  Data types don't match. Expected type: float, Actual type: int64", "records/wrong-type", "image/object/bbox/xmin is int64"),
    ("InvalidArgumentError: ConcatOp : Dimension 1 in both shapes must be equal", "records/unequal-lengths", "different numbers"),
    ("assertion failed: [[0.6]] [[0.2]] [Condition x <= y did not hold", "records/box-min-exceeds-max", "0.6 > 0.2"),
    ("assertion failed: [maximum box coordinate value is larger than 1.100000: ] [312]", "records/boxes-in-pixels", "1.1"),
    ("InvalidArgumentError: Unknown image file format. One of JPEG, PNG, GIF, BMP required.", "records/unknown-image-format", "JPEG"),
    ("NotFoundError: Unsuccessful TensorSliceReader constructor: Failed to find any matching files for /ckpt/ckpt-0", "checkpoint/not-found", "/ckpt/ckpt-0"),
    ("OSError: Checkpoint is expected to be an object-based checkpoint.", "checkpoint/tf1", "TF1"),
    ("DataLossError: Unable to open table file /c/x.data-00000-of-00001: not an sstable (bad magic number)", "checkpoint/unreadable", "index"),
    ("ValueError: Checkpoint version should be V2", "checkpoint/version", "V1"),
    ("AssertionError: Found 260 Python objects that were not bound to checkpointed values", "checkpoint/type-mismatch", "fine_tune_checkpoint_type"),
    ("ValueError: Cannot assign value to variable 'WeightSharedBoxPredictor/kernel:0': Shape mismatch.The variable shape (3, 3, 256, 222), and the assigned value shape (3, 3, 256, 546) are incompatible.", "checkpoint/shape-mismatch", "(3, 3, 256, 546)"),
    ("DataLossError: Checksum does not match: stored 1 vs. calculated on the restored bytes 2", "checkpoint/corrupt", "damaged"),
    ("RuntimeError: Checkpoint dir (/m) and model_dir (/m) cannot be same. Please set model_dir", "run/model-dir-is-checkpoint-dir", "/m"),
    ("ValueError: The `global_batch_size` 3 is not divisible by `num_replicas_in_sync` 2", "config/batch-size", "batch of 3"),
    ("ResourceExhaustedError: OOM when allocating tensor with shape[64,320,320,32] and type float", "resources/gpu-memory", "GPU"),
    ("OSError: [Errno 28] No space left on device", "storage/disk-full", "full"),
    ("OSError: [Errno 5] Input/output error: '/models/ckpt-3'", "storage/io-error", "storage"),
    ("TypeError: Descriptors cannot be created directly.", "environment/protobuf", "protobuf"),
    ("AttributeError: module 'tensorflow.python.ops.control_flow_ops' has no attribute 'case'", "environment/tf-slim", "case"),
    ("ModuleNotFoundError: No module named 'object_detection'", "environment/missing-module", "object_detection"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "code", "word"), SAID, ids=[f"{row[1]}: {row[0][:30]}" for row in SAID])
def test_words_of_the_trainer_are_understood(text: str, code: str, word: str):
    found = classify(f'Traceback (most recent call last):\n  File "model_lib_v2.py", line 605, in train_loop\n{text}\n')
    assert found is not None
    assert found.code == code
    assert word in found.message
    assert found.hint
    assert text[:40] in found.line


HEALTHY = """
2026-01-01 10:00:00.1 I tensorflow/core/platform/cpu_feature_guard.cc:210] This TensorFlow binary is optimized to use available CPU
W0101 10:00:01.0 7 util.py:204] Detecting that an object or model or tf.train.Checkpoint is being deleted with unrestored values.
W0101 10:00:01.1 7 util.py:214] Value in checkpoint could not be found in the restored object: (root).save_counter
WARNING:tensorflow:From deprecation.py:371: calling map_fn_v2 with dtype is deprecated and will be removed in a future version.
INFO:tensorflow:Step 100 per-step time 0.312s
{'Loss/classification_loss': 0.61, 'Loss/localization_loss': 0.4, 'learning_rate': 0.01}
detector-training: {"step":100,"totalSteps":200}
"""


def test_a_healthy_log_has_no_cause():
    assert classify(HEALTHY) is None


def test_each_pattern_captures_what_its_message_needs():
    for failure in FAILURES:
        named = set(re.findall(r"{(\w+)}", failure.message))
        captured = {name for expression in failure.expressions for name in expression.groupindex}
        assert named <= captured, failure.code


def test_reasons_are_known_and_retries_follow_the_exit_code():
    known = {value for name, value in vars(reasons).items() if name.isupper()}
    assert {failure.reason for failure in FAILURES} <= known
    assert {failure.exit_code for failure in FAILURES} <= {ExitCode.DATA, ExitCode.CRASH, ExitCode.STORAGE, ExitCode.ENVIRONMENT}


@given(st.text())
def test_any_text_is_survived(text: str):
    classify(text)


def test_a_text_of_megabytes_is_looked_at_only_at_its_ends():
    found = classify("x" * 5_000_000 + "\nDataLossError: truncated record at 7")
    assert found is not None
    assert found.code == "records/truncated"
