"""The table of failures is consistent, and a healthy log has no failure."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from detector_trainer.contract import ExitCode, reasons
from detector_trainer.failures import classify
from detector_trainer.failures.table import FAILURES

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


def test_each_code_has_one_entry():
    assert len({failure.code for failure in FAILURES}) == len(FAILURES)


def test_each_pattern_captures_what_its_message_needs():
    for failure in FAILURES:
        named = set(re.findall(r"{(\w+)}", failure.message))
        captured = {name for expression in failure.expressions for name in expression.groupindex}
        assert named <= captured, failure.code


def test_reasons_are_known_and_retries_follow_the_exit_code():
    known = {value for name, value in vars(reasons).items() if name.isupper()}
    assert {failure.reason for failure in FAILURES} <= known
    assert {failure.exit_code for failure in FAILURES} <= {ExitCode.DATA, ExitCode.CRASH, ExitCode.STORAGE, ExitCode.ENVIRONMENT}


def test_the_line_is_cut_to_300_characters():
    found = classify("DataLossError: truncated record at 7 " + "x" * 1000)
    assert found is not None
    assert len(found.line) == 300


@given(st.text())
def test_any_text_is_classified_or_not(text: str):
    classify(text)
