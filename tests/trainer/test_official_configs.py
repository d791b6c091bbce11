"""What the trainer itself makes of the 40 official TF2 configs: 36 build, four lack a keypoint label map."""

from __future__ import annotations

from pathlib import Path

import pytest

from detector_trainer.validation.inputs import Inputs
from detector_trainer.validation.validate import validate
from support.inputs import codes
from support.official_configs import BUILDABLE, NEED_A_KEYPOINT_MAP, OFFICIAL_CONFIGS, wire_to_pets

pytestmark = pytest.mark.trainer


def build(config: Path) -> object:
    from object_detection.builders import model_builder
    from object_detection.utils import config_util

    return model_builder.build(config_util.get_configs_from_pipeline_file(str(config))["model"], is_training=True)


@pytest.fixture(autouse=True, scope="module")
def _trainer() -> None:
    from detector_trainer import compat

    compat.install()


@pytest.fixture(autouse=True)
def _forget_the_model() -> object:
    """Keras keeps what every model left behind in one global graph."""
    yield
    import tensorflow as tf

    tf.keras.backend.clear_session()


def test_there_are_forty() -> None:
    assert (len(OFFICIAL_CONFIGS), len(BUILDABLE), len(NEED_A_KEYPOINT_MAP)) == (40, 36, 4)


@pytest.mark.parametrize("official", BUILDABLE, ids=lambda path: path.stem)
def test_it_builds_when_wired_to_the_pets(official: Path, tmp_path: Path) -> None:
    assert build(wire_to_pets(official, tmp_path)).num_classes == 37


@pytest.mark.parametrize("official", NEED_A_KEYPOINT_MAP, ids=lambda path: path.stem)
def test_it_does_not_build_without_a_keypoint_label_map(official: Path, tmp_path: Path) -> None:
    wired = wire_to_pets(official, tmp_path)
    with pytest.raises(Exception, match="PATH_TO_BE_CONFIGURED"):
        build(wired)
    report = validate(Inputs(str(wired)), scan=False)
    assert [code for code, severity in codes(report).items() if severity == "error"] == ["config/invalid-keypoint-label-map"]
