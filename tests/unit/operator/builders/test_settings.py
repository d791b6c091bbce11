"""The settings of the operator: their defaults, which the chart documents."""

from __future__ import annotations

from detector_operator.builders import Settings


def test_the_defaults():
    settings = Settings(trainer_image="trainer:1")
    assert (settings.image_pull_policy, settings.gpu_resource, settings.user_id) == (None, "nvidia.com/gpu", 1000)
    assert (settings.shm_size, settings.tmp_size, settings.validation_secrets) == ("1Gi", "16Gi", "Inherit")
    assert settings.validation_resources.requests == {"cpu": "500m", "memory": "1Gi"}
    assert settings.validation_resources.limits == {"cpu": "4", "memory": "4Gi"}
