"""`detector-training run` with real processes that keep the contract and need no TensorFlow."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
import yaml

from detector_operator.api import ConditionType
from detector_operator.api.load import load
from detector_operator.cli.cmd_run import main
from detector_operator.local.driver import Driver
from detector_operator.local.lock import locked
from detector_operator.local.process import ProcessId
from detector_operator.local.run_layout import RunLayout
from detector_operator.reconcile.actions import DeleteRun
from detector_operator.reconcile.context import Backoff
from support.fake_runs import commands

pytestmark = pytest.mark.slow
SOON = Backoff(initial=timedelta(0))
TESTS = Path(__file__).parents[3]


@pytest.fixture(autouse=True)
def _here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write()


def write(**spec):
    given = {"pipelineConfig": {"path": "p.config"}, "modelDir": "m", "numSteps": 30, "trainer": {"gpus": 0}, **spec}
    document = {"apiVersion": "detector-training.io/v1alpha1", "kind": "DetectorTraining", "metadata": {"name": "pets"}}
    Path("training.yaml").write_text(yaml.safe_dump({**document, "spec": given}))


def run(validate=("pass",), train=("succeed",), *arguments):
    return main(["-f", "training.yaml", *arguments], commands=commands(validate, train), backoff=SOON)


def kept(path="m/status.yaml"):
    return yaml.safe_load(Path(path).read_text())


def status():
    return kept()["status"]


class Acting:
    """A display that does something once the status is as wanted."""

    def __init__(self, when, do):
        self.when, self.do, self.done = when, do, 0

    def event(self, event):
        pass

    def note(self, text):
        pass

    def show(self, resource):
        if self.when(resource.status, self.done):
            self.done += 1
            self.do()


def drive(train, when, do, *, validate=("pass",), **keywords):
    """The driver itself, with a display that acts."""
    layout = RunLayout.of("m", None)
    layout.create_directories()
    acting = Acting(when, lambda: do(driver))
    driver = Driver(
        load("training.yaml"), layout, acting, commands=commands(validate, train), backoff=SOON, poll_seconds=0.02, **keywords
    )
    return driver.run()


def training_at(step):
    return lambda status, done: not done and status.phase == "Training" and status.training.step == step


def told(number):
    """Whether a training has written a line of progress to its log."""
    log = Path(f"m/logs/train-{number}.log")
    return log.exists() and '"step"' in log.read_text()


# To its end


def test_it_validates_trains_and_describes_what_it_did(capsys):
    assert run() == 0
    assert (status()["phase"], status()["training"]["progress"]) == ("Succeeded", "30/30")
    out = capsys.readouterr().out
    assert "Completed: Trained to step 30, loss 1.5." in out
    assert "\nName:         pets\nNamespace:    default\n" in out
    assert out.rstrip().splitlines()[-1].split()[:2] == ["Normal", "Completed"]


def test_run_a_second_time_there_is_nothing_to_do(capsys):
    run()
    before = Path("m/status.yaml").read_bytes()
    capsys.readouterr()
    assert run(validate=("break",), train=("crash-without-words",)) == 0
    assert capsys.readouterr().out == (
        "pets: nothing to do. It has succeeded, at step 30/30. Its checkpoints are in m, its status in m/status.yaml.\n"
    )
    assert Path("m/status.yaml").read_bytes() == before


def test_a_changed_spec_is_a_new_attempt():
    run()
    write(numSteps=60)
    assert run() == 0
    assert (kept()["metadata"]["generation"], status()["training"]["progress"]) == (2, "60/60")
    assert sorted(path.name for path in Path("m/logs").iterdir()) == [
        "train-1.log",
        "train-2.log",
        "validate-1.log",
        "validate-2.log",
    ]


def test_a_rejected_training_says_file_line_and_fix(capsys):
    assert run(validate=("reject",)) == 1
    out = capsys.readouterr().out
    assert "error label-map/reserved-id: Item 'cat' has id 0, which is the background's.\n  at:  labels.pbtxt:2\n  fix: " in out
    assert status()["phase"] == "Rejected"
    assert not Path("m/logs/train-1.log").exists()
    assert json.loads(Path(status()["validation"]["reportPath"]).read_text())["verdict"] == "reject"


def test_after_a_rejection_the_same_command_looks_again():
    run(validate=("reject",))
    assert run(validate=("pass",)) == 0
    assert status()["phase"] == "Succeeded"


def test_what_may_pass_is_retried_and_counted():
    assert run(train=("storage", "killed", "succeed")) == 0
    assert (status()["training"]["restarts"], status()["phase"]) == (2, "Succeeded")
    assert "failure" not in status()


def test_retries_end_with_the_cause_and_the_last_lines(capsys):
    write(retries=1)
    assert run(train=("crash-without-words",)) == 1
    failure = status()["failure"]
    assert (failure["reason"], failure["exitCode"]) == ("Unclassified", 70)
    assert failure["logTail"] == ["A line of the log.", "RuntimeError: nobody knows this one"]
    assert status()["training"]["restarts"] == 1
    assert "      RuntimeError: nobody knows this one\n" in capsys.readouterr().out


def test_bad_data_is_not_retried():
    assert run(train=("bad-data", "succeed")) == 1
    failure = status()["failure"]
    assert (failure["reason"], failure["hint"], status()["training"]["restarts"]) == ("DataError", "Write it again.", 0)


def test_a_kill_is_named_with_what_usually_causes_it():
    write(retries=0)
    assert run(train=("killed",)) == 1
    failure = status()["failure"]
    assert (failure["reason"], failure["signal"], failure["step"]) == ("KilledBySignal", 9, 15)
    assert "memory" in failure["hint"]


def test_an_oversized_termination_message_is_not_read():
    write(retries=0)
    assert run(train=("oversized-message",)) == 1
    assert status()["failure"]["message"] == "pets-train-1 ended with exit code 70."


def test_a_log_line_without_end_does_no_harm():
    assert run(train=("long-line",)) == 0


def test_a_validation_with_a_bug_shows_its_last_lines():
    assert run(validate=("break",)) == 1
    assert (status()["failure"]["reason"], status()["failure"]["logTail"]) == (
        "ValidationFailed",
        ["Something is wrong with the validator."],
    )


def test_a_validation_that_hangs_is_ended():
    write(validation={"timeoutSeconds": 1})
    assert run(validate=("hang",)) == 1
    assert status()["failure"]["reason"] == "ValidationTimedOut"


# Stopping and resuming


def test_a_stop_saves_and_the_same_command_continues():
    stopped = drive(("stop-when-asked",), training_at(15), Driver.stop)
    assert stopped.status.phase == "Suspended"
    assert (
        stopped.status.condition(ConditionType.TRAINING).message
        == "Suspended at step 15; it resumes from the checkpoint at step 15."
    )
    assert run() == 0
    assert (kept()["metadata"]["generation"], status()["training"]["progress"]) == (1, "30/30")
    assert (status()["training"]["restarts"], status()["training"]["preemptions"]) == (0, 0)
    assert kept()["spec"]["suspend"] is False


def test_after_a_stop_the_same_command_validates_again():
    """Files may have been edited meanwhile."""
    drive(("stop-when-asked",), training_at(15), Driver.stop)
    assert run(validate=("reject",), train=("succeed",)) == 1
    assert status()["phase"] == "Rejected"
    assert not Path("m/logs/train-2.log").exists()
    assert Path("m/saved-step").read_text() == "15"


def test_what_was_rejected_after_a_stop_continues_once_it_is_fixed():
    drive(("stop-when-asked",), training_at(15), Driver.stop)
    run(validate=("reject",))
    assert run(validate=("pass",)) == 0
    assert status()["training"]["progress"] == "30/30"


@pytest.mark.parametrize("policy", ["Warn", "Skip"])
def test_after_a_stop_what_is_not_enforced_continues_whatever_the_validation_says(policy):
    write(validation={"policy": policy})
    drive(("stop-when-asked",), training_at(15), Driver.stop)
    assert run(validate=("reject",)) == 0
    assert (status()["training"]["progress"], "verdict" in status().get("validation", {})) == ("30/30", policy == "Warn")


def test_what_a_killed_command_has_validated_is_validated_again():
    with command("stop-when-asked") as process:
        wait_for(trains)
        process.kill()
        process.wait()
        assert run(validate=("reject",)) == 1
    assert status()["phase"] == "Rejected"


def test_the_findings_of_the_newest_verdict_stay():
    drive(("stop-when-asked",), training_at(15), Driver.stop, validate=("warn",))
    findings = status()["validation"]["findings"]
    assert [finding["code"] for finding in findings] == ["records/class-imbalance"]
    # Stopped again before there is another verdict.
    drive(("succeed",), lambda _, done: not done and Path("m/logs/validate-2.log").exists(), Driver.stop, validate=("hang",))
    known = status()["validation"]
    assert (known["findings"], known["warnings"], known.get("verdict")) == (findings, 1, None)
    assert run(validate=("pass",)) == 0
    assert "findings" not in status()["validation"]
    assert (status()["validation"]["verdict"], status()["validation"]["attempt"]) == ("pass", 3)


def test_findings_are_shown_again_only_with_their_verdict(capsys):
    drive(("stop-when-asked",), training_at(15), Driver.stop, validate=("warn",))
    assert run(validate=("warn",)) == 0
    assert capsys.readouterr().out.count("warning records/class-imbalance: 1 of 12 boxes is a cat.") == 1


def test_steps_restarts_and_the_last_checkpoint_are_shown_while_it_validates_again():
    drive(("storage", "stop-when-asked"), lambda _, done: not done and told(2), Driver.stop)
    seen = []
    drive(("succeed",), lambda status, _: status.phase == "Validating", lambda _: seen.append(status()["training"]))
    assert (seen[0]["step"], seen[0]["lastCheckpointStep"], seen[0]["restarts"]) == (15, 15, 1)
    assert (status()["training"]["progress"], status()["training"]["restarts"]) == ("30/30", 1)


def test_a_stop_while_validating_starts_no_training():
    layout = RunLayout.of("m", None)
    layout.create_directories()
    acting = Acting(lambda _, done: not done and Path("m/logs/validate-1.log").exists(), lambda: driver.stop())
    driver = Driver(load("training.yaml"), layout, acting, commands=commands(("hang",)), poll_seconds=0.02)
    assert driver.run().status.phase == "Suspended"
    assert not Path("m/logs/train-1.log").exists()


def test_who_does_not_answer_is_killed_after_the_grace_period():
    write(trainer={"gpus": 0, "terminationGracePeriodSeconds": 1})
    assert drive(("ignore-sigterm",), training_at(1), Driver.stop).status.phase == "Suspended"
    assert json.loads(Path("m/.detector-training/runs/train-1.json").read_text())["signal"] == signal.SIGKILL


def test_a_second_stop_kills_immediately():
    def twice(driver):
        driver.stop()
        driver.stop()

    write(trainer={"gpus": 0, "terminationGracePeriodSeconds": 3600})
    assert drive(("ignore-sigterm",), training_at(1), twice).status.phase == "Suspended"


def test_the_trainer_stopped_by_someone_else_continues_and_is_not_a_failure():
    def stop_the_trainer(_driver):
        record = json.loads(Path("m/.detector-training/runs/train-1.json").read_text())
        os.kill(record["pid"], signal.SIGTERM)

    ended = drive(("stop-when-asked", "succeed"), training_at(15), stop_the_trainer)
    assert (ended.status.phase, ended.status.training.preemptions, ended.status.training.restarts) == ("Succeeded", 1, 0)


def test_what_an_earlier_run_has_left_is_not_deleted():
    run()
    layout = RunLayout.of("m", None)
    driver = Driver(load("training.yaml"), layout, Acting(lambda *_: False, lambda: None))
    before = sorted(path for path in Path("m").rglob("*") if path.is_file())
    for one in driver._observed_runs():
        driver._act(DeleteRun(one))
    assert sorted(path for path in Path("m").rglob("*") if path.is_file()) == before


# As a command of its own

PROGRAM = """
import signal, sys
for number in (signal.SIGINT, signal.SIGHUP):  # under nohup, or in a script's background, they would be ignored, as they should
    signal.signal(number, signal.SIG_DFL)
from datetime import timedelta
from detector_operator.cli.cmd_run import main
from detector_operator.reconcile.context import Backoff
from support.fake_runs import commands
sys.exit(main(["-f", "training.yaml"], commands=commands(["pass"], sys.argv[1:]), backoff=Backoff(initial=timedelta(0))))
"""


@contextmanager
def command(*train):
    """The command as a process; killed with its trainer at the end, if it is still there."""
    environment = {**os.environ, "PYTHONPATH": str(TESTS)}
    with Path("out.txt").open("w") as out:
        process = subprocess.Popen([sys.executable, "-c", PROGRAM, *train], stdout=out, stderr=out, env=environment)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def wait_for(condition):
    """Waits until it holds; what never comes ends the test."""
    end = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < end, Path("out.txt").read_text()
        time.sleep(0.02)


def trains():
    return (
        Path("m/saved-step").exists()
        and Path("m/saved-step").read_text() != ""
        and Path("m/.detector-training/runs/train-1.json").exists()
    )


def trainer():
    record = json.loads(Path("m/.detector-training/runs/train-1.json").read_text())
    return ProcessId(record["pid"], record["process_started"])


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP], ids=lambda number: number.name)
def test_a_signal_stops_safely_with_exit_code_75(number):
    with command("stop-when-asked") as process:
        wait_for(trains)
        process.send_signal(number)
        assert process.wait(60) == 75
    assert Path("out.txt").read_text().endswith("\nStopped; run the same command to resume at step 15.\n")


def test_a_second_command_for_the_same_directory_is_rejected(capsys):
    with command("stop-when-asked") as process:
        wait_for(trains)
        assert run() == 2
        assert capsys.readouterr().err == (f"m is in use by another `detector-training run` (process {process.pid}).\n")
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 75


def test_what_a_killed_command_left_behind_is_stopped_before_it_continues(capsys):
    with command("stop-when-asked") as process:
        wait_for(trains)
        left = trainer()
        process.kill()
        process.wait()
        assert left.alive
        assert run() == 0
        assert not left.alive
    assert f"Stopping pets-train-1 of an earlier command, which is still running (process {left.pid})" in capsys.readouterr().out
    assert (status()["training"]["progress"], status()["training"]["restarts"]) == ("30/30", 0)


def test_the_lock_ends_with_its_holder():
    layout = RunLayout.of("m", None)
    layout.create_directories()
    with locked(layout.lock):
        assert run() == 2
    assert run() == 0


# What cannot be run here


@pytest.mark.parametrize(
    ("spec", "problem"),
    [
        (
            {"pipelineConfig": {"configMapKeyRef": {"name": "a", "key": "b"}}},
            "spec.pipelineConfig.configMapKeyRef requires a cluster",
        ),
        ({"modelDir": "gs://b/m"}, "spec.modelDir is 'gs://b/m'"),
        ({"trainer": {"env": [{"name": "A", "valueFrom": {}}]}}, "spec.trainer.env: A has valueFrom"),
        ({"trainer": {"envFrom": [{"secretRef": {"name": "s"}}]}}, "spec.trainer.envFrom requires a cluster"),
        ({"numSteps": 0}, "spec.numSteps is 0"),
    ],
    ids=["a ConfigMap", "a bucket", "a variable from a Secret", "variables from a Secret", "an invalid spec"],
)
def test_what_needs_a_cluster_or_is_wrong_is_reported_before_anything_is_made(spec, problem, capsys):
    write(**spec)
    assert run() == 2
    assert capsys.readouterr().err.startswith(f"training.yaml: {problem}")
    assert not Path("m").exists()


def test_a_model_directory_that_is_a_file_is_a_sentence(capsys):
    Path("m").write_text("")
    assert run() == 1
    assert capsys.readouterr().err.startswith("m")


def test_an_inline_config_becomes_a_file():
    write(pipelineConfig={"inline": "model { }\n"})
    assert run() == 0
    assert Path("m/.detector-training/pipeline.config").read_text() == "model { }\n"


def test_the_status_file_can_be_elsewhere():
    assert run(("pass",), ("succeed",), "--status-file", "elsewhere/status.yaml") == 0
    assert kept("elsewhere/status.yaml")["status"]["phase"] == "Succeeded"
    assert not Path("m/status.yaml").exists()


def test_a_deleted_model_directory_is_trained_again_whatever_a_status_file_elsewhere_says():
    run(("pass",), ("succeed",), "--status-file", "status.yaml")
    shutil.rmtree("m")
    assert run(("pass",), ("succeed",), "--status-file", "status.yaml") == 0
    assert Path("m/saved-step").read_text() == "30"
    assert kept("status.yaml")["metadata"]["generation"] == 2


@pytest.mark.parametrize("content", [b"", b"{", b"\xff\x00", b"kind: Pod\n"], ids=["empty", "no YAML", "binary", "another kind"])
def test_a_status_file_that_cannot_be_read_is_made_again(content):
    run(train=("bad-data",))
    Path("m/status.yaml").write_bytes(content)
    assert run() == 0
    assert status()["phase"] == "Succeeded"
