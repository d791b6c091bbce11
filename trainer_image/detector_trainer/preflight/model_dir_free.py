"""Checks that no other training uses the model directory; `lease/lease.py` describes the protocol."""

from __future__ import annotations

import sys

from detector_trainer.command.run_result import RunResult
from detector_trainer.lease.lease import claim, lease_file
from detector_trainer.lease.model_dir_in_use import in_use
from detector_trainer.preflight.pod import Pod


def check(pod: Pod) -> RunResult | None:
    """Fail if another holder renews the lease, else claim it for the training that follows. A retry passes once it has ended."""
    if pod.model_folder is None:
        return None
    try:
        holder = claim(pod.model_dir)
    except OSError as error:
        sys.stderr.write(f"detector-training: cannot claim {lease_file(pod.model_dir)}: {error.strerror}\n")
        return None
    return in_use(holder, pod.model_dir) if holder is not None else None
