"""Build the Kubernetes objects of a DetectorTraining as plain dicts. Pure: the same resource always gives the same bytes.

A Job is one run: the operator handles retries, so no Job creates a second pod for a failed one.
"""

from detector_operator.builders.config_map import build_config_map
from detector_operator.builders.settings import Settings
from detector_operator.builders.training_job import build_training_job
from detector_operator.builders.validation_job import build_validation_job

__all__ = ["Settings", "build_config_map", "build_training_job", "build_validation_job"]
