"""Findings from the output of the process of the deep checks, and from one that has stopped writing. The process itself: tests/trainer."""

from __future__ import annotations

import json
import sys

import pytest

from detector_trainer.deep import run
from detector_trainer.deep.run import NEEDED, RESERVE, StageOutput, deep_findings, findings, run_process
from detector_trainer.validation.inputs import Inputs
from support.official_configs import ROOT

DIFFERENT = {
    "variables": 260,
    "missing": [],
    "other_shape": [
        ["model/_box_predictor/x (Head/kernel)", [3, 3, 64, 12], [3, 3, 64, 37]],
        ["model/_box_predictor/x (Head/bias)", [12], [37]],
    ],
}


def script(text):
    return [sys.executable, "-c", f"import json, os, sys, time\n{text}"]


def said(*lines):
    return StageOutput([{"stage": "read batches"}, *lines])


def only(found):
    (finding,) = found
    return finding


def test_nothing_is_found_when_all_stages_are_done():
    assert list(findings(said({"done": True}), "p.config")) == []


def test_a_classified_error_comes_back_under_its_code():
    words = "preprocessor.py\nNameError: name 'autoaugment_utils' is not defined"
    failure = {"failed": "read batches", "type": "NameError", "words": words, "traceback": f"Traceback\n{words}"}
    finding = only(findings(said(failure), "p.config"))
    assert (finding.code, finding.severity, finding.where.file) == ("config/invalid-augmentation", "error", "p.config")
    assert "autoaugment_utils" in finding.message


def test_an_error_without_a_class_comes_back_in_the_trainers_words():
    failure = {"failed": "compute the loss", "type": "KeyError", "words": "'what'\n", "traceback": "KeyError: 'what'"}
    finding = only(findings(said(failure), "p.config"))
    assert (finding.code, finding.severity) == ("deep/failed", "error")
    assert finding.message == "The trainer failed at the stage `compute the loss`: KeyError: 'what'"


def test_an_error_of_the_machine_is_no_reason_to_reject():
    words = "No space left on device"
    failure = {"failed": "read batches", "type": "OSError", "words": words, "traceback": f"OSError: {words}"}
    finding = only(findings(said(failure), "p.config"))
    assert (finding.code, finding.severity) == ("deep/not-finished", "warning")


@pytest.mark.parametrize(
    ("stage", "hint"),
    [
        ("restore fine_tune_checkpoint", 'fine_tune_checkpoint_type: "detection"'),
        ("resume from model_dir", "choose an empty model_dir"),
    ],
)
def test_a_checkpoint_of_another_model_is_told_by_its_variables(stage, hint):
    failure = {"failed": stage, "type": "ValueError", "words": "Shape mismatch", "traceback": "ValueError: Shape mismatch"}
    finding = only(findings(said({"differences": DIFFERENT, "of": "/c/ckpt-0"}, failure), "p.config"))
    assert (finding.code, finding.severity, finding.where.file) == ("checkpoint/shape-mismatch", "error", "/c/ckpt-0")
    assert "2 of 260 variables have another shape" in finding.message
    assert "is [3, 3, 64, 12] in the model and [3, 3, 64, 37] in the checkpoint" in finding.message
    assert hint in finding.hint


def test_a_resume_that_leaves_variables_out_is_a_warning():
    partly = {**DIFFERENT, "other_shape": [], "missing": ["model/new (New/kernel)"]}
    lines = ({"differences": partly, "of": "/m/ckpt-3"}, {"resumesInPart": "/m/ckpt-3", "left": partly}, {"done": True})
    finding = only(findings(said(*lines), "p.config"))
    assert (finding.code, finding.severity, finding.where.file) == ("run/resumes-in-part", "warning", "/m/ckpt-3")
    assert finding.message == "1 of 260 variables is not in the checkpoint: model/new (New/kernel)."


def test_a_fine_tuning_that_leaves_variables_out_unnoticed_is_a_warning():
    partly = {**DIFFERENT, "other_shape": [], "missing": ["model/new (New/kernel)"]}
    finding = only(findings(said({"restoresInPart": "/c/ckpt-0", "left": partly}, {"done": True}), "p.config"))
    assert (finding.code, finding.severity, finding.where.file) == ("checkpoint/type-mismatch", "warning", "/c/ckpt-0")
    assert finding.message.startswith(
        "1 of 260 variables is not in the checkpoint: model/new (New/kernel). The trainer does not detect"
    )


def test_a_process_that_takes_too_long_is_ended_and_rejects_nothing():
    heard = run_process(script("print(json.dumps({'stage': 'read batches'}), flush=True); time.sleep(600)"), time_limit=1.0)
    finding = only(findings(heard, "p.config"))
    assert (finding.code, finding.severity) == ("deep/not-finished", "warning")
    assert finding.message == "The deep checks stopped at the stage `read batches`: it did not finish within 1 s."


def test_a_process_that_eats_the_memory_is_ended_before_the_kernel_ends_all():
    heard = run_process(script("time.sleep(600)"), free=lambda: RESERVE - 1)
    assert heard.kill_reason == "it needs more memory than is free"


def test_a_process_that_dies_leaves_its_last_words():
    heard = run_process(script("sys.stderr.write('out of luck\\n'); os.kill(os.getpid(), 9)"))
    assert "ended without a result; its last output: out of luck" in only(findings(heard, "p.config")).message


def test_a_line_that_was_not_written_to_its_end_is_left_out():
    heard = run_process(
        script("sys.stdout.write(json.dumps({'stage': 'x'}) + chr(10) + '{\"don'); sys.stdout.flush(); os._exit(1)")
    )
    assert heard.lines == [{"stage": "x"}]


def test_without_the_trainers_packages_it_says_so_and_rejects_nothing():
    finding = only(findings(StageOutput([{"stage": "import"}, {"impossible": "The trainer cannot be imported: x."}]), "p.config"))
    assert (finding.code, finding.severity) == ("deep/not-possible", "info")


def test_with_too_little_memory_it_does_not_begin(monkeypatch):
    monkeypatch.setattr(run, "free_bytes", lambda: NEEDED - 1)
    inputs = Inputs(str(ROOT / "examples/pets/pipeline.config"))
    finding = only(deep_findings(inputs, {}))
    assert (finding.code, finding.message) == ("deep/not-possible", "2.0 GiB of memory are free; 2 are needed.")


def test_what_was_seen_is_in_the_stats(monkeypatch):
    line = json.dumps({"losses": {"Loss/total_loss": 1.5}})
    monkeypatch.setattr(run, "COMMAND", script(f"print({line!r}); print(json.dumps({{'done': True}}))"))
    stats = {}
    assert list(deep_findings(Inputs(str(ROOT / "examples/pets/pipeline.config")), stats)) == []
    assert stats == {"deep": {"losses": {"Loss/total_loss": 1.5}}}
