"""The Kubernetes objects of a DetectorTraining, as plain dicts. Pure: the same resource gives the same bytes, at any moment.

A Job is one run: the operator does the retries, so no Job makes a second pod for a failed one.
"""

from detector_operator.specs.config_map import build_config_map
from detector_operator.specs.settings import Settings
from detector_operator.specs.training_job import build_training_job
from detector_operator.specs.validation_job import build_validation_job

__all__ = ["Settings", "build_config_map", "build_training_job", "build_validation_job"]
