"""Lists the classified failures in the order in which they are searched: the least ambiguous messages come first."""

from __future__ import annotations

from detector_trainer.failures import checkpoint, config, environment, label_map, records, resources, run, storage
from detector_trainer.failures.failure import Failure

FAILURES: tuple[Failure, ...] = (
    *environment.FAILURES,
    *storage.FAILURES,
    *resources.FAILURES,
    *config.FAILURES,
    *label_map.FAILURES,
    *records.FAILURES,
    *checkpoint.FAILURES,
    *run.FAILURES,
)
