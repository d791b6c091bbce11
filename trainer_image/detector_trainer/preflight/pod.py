"""The inputs of the checks: what a pod is about to train."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from detector_trainer.pipeline.gfile import is_remote
from detector_trainer.validation.fingerprint import Survey, survey
from detector_trainer.validation.inputs import Inputs


@dataclass
class Pod:
    """The arguments of `preflight`, and where it finds devices and environment."""

    inputs: Inputs
    model_dir: str
    gpus: int
    fingerprint: str | None = None
    """Fingerprint of the validated inputs; None if there is no verdict."""
    devices: Path = Path("/dev")
    environment: Mapping[str, str] = field(default_factory=lambda: os.environ)

    @cached_property
    def survey(self) -> Survey:
        """The files of the inputs as this pod sees them."""
        return survey(self.inputs)

    @property
    def model_folder(self) -> Path | None:
        """The model directory; None if it is in a bucket."""
        return None if is_remote(self.model_dir) else Path(self.model_dir.removeprefix("file://"))
