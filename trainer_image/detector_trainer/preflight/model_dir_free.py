"""Nothing else trains in the model directory: `training.lease` says how that is known."""

from __future__ import annotations

import sys

from detector_trainer.contract import ExitCode, reasons
from detector_trainer.preflight.pod import Pod
from detector_trainer.training.ending import Ending
from detector_trainer.training.lease import claim, lease_file


def check(pod: Pod) -> Ending | None:
    """Fails if another renews the lease, else claims it for the training that follows. May pass on a retry: then it has ended."""
    if pod.model_folder is None:
        return None
    try:
        holder = claim(pod.model_dir)
    except OSError as error:
        sys.stderr.write(f"detector-training: cannot claim {lease_file(pod.model_dir)}: {error.strerror}\n")
        return None
    if holder is None:
        return None
    return Ending(
        ExitCode.STORAGE,
        reasons.MODEL_DIR_IN_USE,
        f"{holder} trains in {pod.model_dir}: it renews {lease_file(pod.model_dir)}.",
        "Wait until that training has ended, or give this one a modelDir of its own.",
    )
