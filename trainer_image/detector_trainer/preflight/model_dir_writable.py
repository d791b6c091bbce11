"""Checks that the model directory is writable: writes a file and removes it."""

from __future__ import annotations

import os
from tempfile import NamedTemporaryFile

from detector_trainer.command.run_result import RunResult
from detector_trainer.contract import ExitCode, reasons
from detector_trainer.preflight.pod import Pod
from detector_trainer.preflight.storage import refused

PROBE = bytes(4096)


def check(pod: Pod) -> RunResult | None:
    """Fail as `train` would at its first checkpoint. Creates the directory, as `train` does."""
    folder = pod.model_folder
    if folder is None:
        return None
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with NamedTemporaryFile(dir=folder, prefix=".detector-training-") as probe:
            probe.write(PROBE)
            probe.flush()
            os.fsync(probe.fileno())  # a network file system reports a full disk only now
    except (FileExistsError, NotADirectoryError) as error:
        message = f"modelDir {pod.model_dir}: {error.filename} is not a directory."
        hint = "Set modelDir to a directory; it is created if it does not exist."
        return RunResult(ExitCode.DATA, reasons.MODEL_DIR_UNUSABLE, message, hint)
    except OSError as error:
        problem = f"cannot be written: {error.strerror}"
        return refused(pod.model_dir, problem) or RunResult(
            ExitCode.STORAGE, reasons.STORAGE_ERROR, f"{pod.model_dir} {problem}.", "Look at the volume."
        )
    return None
