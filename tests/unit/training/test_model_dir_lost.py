"""A training that has lost its model directory to another ends with 74 and names the other; it saves nothing more."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from detector_trainer.command.run_result import RunTerminated, TrainingState
from detector_trainer.contract import ExitCode, reasons
from detector_trainer.lease.lease import lease_file
from detector_trainer.training.hooks import TrainLoop, _observed
from detector_trainer.training.watchdog import Watchdog

PROGRAM = """
import sys, threading
from functools import partial
from detector_trainer.lease import lease
from detector_trainer.training import launch
launch.Lease = partial(lease.Lease, renewed_every=0.01)
def hang(flags, state, watchdog, held):
    held.hold()
    held.settle(20)
    state.step, state.total_steps = STEP, 100
    watchdog.can_stop_safely()
    print("trains", flush=True)
    threading.Event().wait(60)
launch._train = hang
sys.exit(launch.main(sys.argv[1:]))
"""


def trains(tmp_path: Path, step: int | None) -> subprocess.Popen[str]:
    """A `train` whose main thread hangs at a step, as in a graph call."""
    message = tmp_path / "message"
    flags = ["--pipeline_config_path=p.config", f"--model_dir={tmp_path / 'model'}", f"--termination-message-path={message}"]
    program = PROGRAM.replace("STEP", str(step))
    process = subprocess.Popen([sys.executable, "-c", program, *flags], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "trains\n"
    return process


@pytest.mark.parametrize(
    ("step", "said"),
    [(7, "pets-train-2 has taken over {} at step 7: {} is now its lease."), (None, "pets-train-2 trains in {}: it renews {}.")],
    ids=["while it trains", "before its first step"],
)
def test_a_training_that_loses_its_lease_ends_and_names_the_other(tmp_path: Path, step: int | None, said: str):
    model_dir, other = tmp_path / "model", '{"host": "pets-train-2", "time": 1}'
    process = trains(tmp_path, step)
    beside = tmp_path / "other"
    end = time.monotonic() + 60
    while process.poll() is None:  # again, should the holder just have been about to write
        assert time.monotonic() < end
        beside.write_text(other)
        beside.replace(lease_file(str(model_dir)))
        time.sleep(0.01)
    process.communicate()
    assert process.returncode == ExitCode.STORAGE
    message = json.loads((tmp_path / "message").read_text())
    assert (message["reason"], message.get("step")) == (reasons.MODEL_DIR_IN_USE, step)
    assert message["message"] == said.format(model_dir, lease_file(str(model_dir)))
    assert lease_file(str(model_dir)).read_text() == other


def test_no_checkpoint_is_written_once_the_directory_is_another_s():
    saved = list[str]()

    class Manager:
        def __init__(self, checkpoint: Any) -> None:
            pass

        def save(self) -> str:
            saved.append("ckpt-1")
            return "ckpt-1"

    def refuse() -> None:
        raise RunTerminated(ExitCode.STORAGE, reasons.MODEL_DIR_IN_USE, "pets-train-2 has taken over.")

    tf: Any = SimpleNamespace(Variable=lambda *_, **__: None, int64=None)
    state = TrainingState()
    watchdog = Watchdog(state, lambda _: None, grace_period=1, stall_timeout=0)
    loop = TrainLoop(tf, state=state, watchdog=watchdog, reporter_options={}, checkpoint_every=10, before_save=refuse)
    step = SimpleNamespace(numpy=lambda: 10)
    manager = _observed(Manager, loop)(SimpleNamespace(step=step))
    with pytest.raises(RunTerminated):
        manager.save()
    assert saved == []
    loop.before_save = lambda: None
    assert manager.save() == "ckpt-1"
    assert (saved, state.checkpoint_step) == (["ckpt-1"], 10)
