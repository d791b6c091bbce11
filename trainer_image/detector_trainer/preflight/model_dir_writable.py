"""A file can be written in the model directory: one is, and is removed again."""

from __future__ import annotations

import os
from tempfile import NamedTemporaryFile

from detector_trainer.command.run_result import RunResult
from detector_trainer.contract import ExitCode, reasons
from detector_trainer.preflight.pod import Pod
from detector_trainer.preflight.storage import refused

PROBE = bytes(4096)


def check(pod: Pod) -> RunResult | None:
    """Fails as `train` would at its first checkpoint. Makes the directory, as `train` does."""
    folder = pod.model_folder
    if folder is None:
        return None
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with NamedTemporaryFile(dir=folder, prefix=".detector-training-") as probe:
            probe.write(PROBE)
            probe.flush()
            os.fsync(probe.fileno())  # a network file system says only now that its disk is full
    except (FileExistsError, NotADirectoryError) as error:
        message = f"modelDir {pod.model_dir}: {error.filename} is not a folder."
        return RunResult(ExitCode.DATA, reasons.MODEL_DIR_UNUSABLE, message, "Give a folder; it is made if it does not exist.")
    except OSError as error:
        problem = f"cannot be written: {error.strerror}"
        return refused(pod.model_dir, problem) or RunResult(
            ExitCode.STORAGE, reasons.STORAGE_ERROR, f"{pod.model_dir} {problem}.", "Look at the volume."
        )
    return None
