"""Checkpoints of real models: the verdict without TensorFlow is that of the trainer's own load_fine_tune_checkpoint."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from google.protobuf import text_format

from detector_trainer.checkpoints import model_signatures
from detector_trainer.checkpoints.checkpoint import read_checkpoint
from detector_trainer.checkpoints.restore import ModelGraph
from detector_trainer.contract import Finding
from detector_trainer.protos import message_class
from detector_trainer.validation.checks.checkpoint import corrupt, shape_mismatch, type_mismatch
from detector_trainer.validation.inputs import Inputs
from detector_trainer.validation.validate import validate
from support.official_configs import OFFICIAL_CONFIGS

pytestmark = pytest.mark.trainer
Config: Any = message_class("object_detection.protos.TrainEvalPipelineConfig")
Change = Callable[[Any], object]

SSD, EFFICIENTDET = "ssd_mobilenet_v2_fpnlite_320x320_coco17_tpu-8", "ssd_efficientdet_d0_512x512_coco17_tpu-8"
FASTER_RCNN, CENTER_NET = "faster_rcnn_resnet50_v1_640x640_coco17_tpu-8", "centernet_resnet101_v1_fpn_512x512_coco17_tpu-8"
HOURGLASS = "centernet_hourglass104_512x512_coco17_tpu-8"


def official(name: str, change: Change | None = None) -> Any:
    """An official config for three classes, with a change to its ssd, faster_rcnn or center_net."""
    config = Config()
    (path,) = (path for path in OFFICIAL_CONFIGS if path.stem == name)
    text_format.Merge(path.read_text(), config)
    settings = getattr(config.model, config.model.WhichOneof("model"))
    settings.num_classes = 3
    if change is not None:
        change(settings)
    return config


def narrow(settings: Any) -> None:
    settings.feature_extractor.depth_multiplier = 0.5


def shallow(settings: Any) -> None:
    settings.feature_extractor.fpn.additional_layer_depth = 64


def on_resnet_50(settings: Any) -> None:
    settings.feature_extractor.type = "resnet_v2_50"


def of_five(settings: Any) -> None:
    settings.num_classes = 5


def of_no_account(settings: Any) -> None:
    """What no variable depends on, as model_signatures has it."""
    settings.freeze_batchnorm = True
    settings.feature_extractor.pad_to_multiple = 32
    hyperparams = settings.feature_extractor.conv_hyperparams
    hyperparams.activation = hyperparams.NONE
    hyperparams.batch_norm.decay, hyperparams.batch_norm.train = 0.5, False
    hyperparams.regularizer.l1_regularizer.weight = 0.1
    hyperparams.initializer.random_normal_initializer.mean = 0.1
    settings.box_predictor.weight_shared_convolutional_box_predictor.class_prediction_bias_init = -1


MODELS = {
    "ssd": official(SSD),
    "ssd of five classes": official(SSD, of_five),
    "ssd, half as wide": official(SSD, narrow),
    "ssd, another pyramid": official(SSD, shallow),
    "ssd, other options": official(SSD, of_no_account),
    "efficientdet": official(EFFICIENTDET),
    "faster r-cnn": official(FASTER_RCNN),
    "center_net": official(CENTER_NET, on_resnet_50),
}


class Zoo:
    """Models and their checkpoints, each created when it is first used."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._models = folder, dict[str, Any]()

    def model(self, name: str) -> Any:
        """A model with all its variables."""
        from object_detection.protos import model_pb2

        from detector_trainer.deep.model_graph import build_model

        if name not in self._models:
            proto = model_pb2.DetectionModel.FromString(MODELS[name].model.SerializeToString())
            self._models[name] = build_model(proto)
        return self._models[name]

    def checkpoint(self, name: str, kind: str = "full") -> str:
        """The prefix of a checkpoint with what a fine_tune_checkpoint_type restores, laid out as the model zoo's."""
        import tensorflow as tf

        folder = self._folder / name.replace(" ", "-") / kind
        if not folder.exists():
            tf.train.Checkpoint(**self.model(name).restore_from_objects(fine_tune_checkpoint_type=kind)).save(
                str(folder / "ckpt")
            )
        return str(folder / "ckpt-1")


@pytest.fixture(scope="module")
def zoo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Zoo]:
    from detector_trainer import compat

    compat.install()
    import tensorflow as tf

    yield Zoo(tmp_path_factory.mktemp("zoo"))
    tf.keras.backend.clear_session()


def trainers_words(model: Any, prefix: str, kind: str) -> str | None:
    """What the trainer ends with; None if it restores the checkpoint."""
    from object_detection import model_lib_v2
    from object_detection.protos import train_pb2

    try:
        model_lib_v2.load_fine_tune_checkpoint(
            model,
            prefix,
            kind,
            train_pb2.CheckpointVersion.V2,
            run_model_on_dummy_input=False,  # its variables are there
            input_dataset=None,
            unpad_groundtruth_tensors=True,
        )
    except Exception as error:  # noqa: BLE001 - whatever it is
        return f"{type(error).__name__}: {error}"
    return None


def verdict(folder: Path, config: Any, prefix: str, kind: str, *, dummy_computation: bool = True) -> list[Finding]:
    """What is found about the checkpoint, as `validate` reports it."""
    asked = Config()
    asked.CopyFrom(config)
    asked.train_config.fine_tune_checkpoint, asked.train_config.fine_tune_checkpoint_type = prefix, kind
    asked.train_config.run_fine_tune_checkpoint_dummy_computation = dummy_computation
    path = folder / "pipeline.config"
    path.write_text(text_format.MessageToString(asked))
    inputs = Inputs(str(path))
    return [finding for check in (type_mismatch, shape_mismatch, corrupt) for finding in check.check(inputs)]


@pytest.mark.parametrize(
    ("asked", "held", "kind", "code", "words"),
    [
        # What fits.
        ("ssd", "ssd", "full", None, ""),
        ("ssd", "ssd", "detection", None, ""),
        ("ssd", "ssd of five classes", "detection", None, ""),
        ("efficientdet", "efficientdet", "full", None, ""),
        ("faster r-cnn", "faster r-cnn", "detection", None, ""),
        ("faster r-cnn", "faster r-cnn", "full", None, ""),
        ("center_net", "center_net", "detection", None, ""),
        # Catalogue 45: other classes. 46: other backbones.
        ("ssd", "ssd of five classes", "full", "checkpoint/shape-mismatch", "24] in the model and ["),
        ("ssd", "ssd, half as wide", "detection", "checkpoint/shape-mismatch", "(depth_multiplier 0.5), the config requires SSD"),
        ("ssd", "ssd, another pyramid", "detection", "checkpoint/shape-mismatch", "pyramid 64 deep, that of the config is 128"),
        ("ssd", "efficientdet", "detection", None, "SSD with ssd_efficientnet-b0_bifpn_keras, the config requires"),
        ("ssd", "faster r-cnn", "detection", "checkpoint/type-mismatch", "Faster R-CNN with faster_rcnn_resnet50_keras"),
        ("faster r-cnn", "ssd", "detection", "checkpoint/type-mismatch", "the config requires Faster R-CNN"),
        ("center_net", "ssd", "detection", None, "the config requires CenterNet"),
    ],
)
def test_the_verdict_on_a_detection_checkpoint(
    zoo: Zoo, tmp_path: Path, asked: str, held: str, kind: str, code: str | None, words: str
):
    prefix = zoo.checkpoint(held)
    theirs = trainers_words(zoo.model(asked), prefix, kind)
    found = verdict(tmp_path, MODELS[asked], prefix, kind)
    assert (theirs is None) == (not words)
    assert len(found) == bool(words)
    assert all(words in finding.message for finding in found)
    assert code is None or [finding.code for finding in found] == [code]


@pytest.mark.parametrize(
    ("asked", "held", "code"),
    [("ssd", "ssd", None), ("ssd", "efficientdet", "shape-mismatch"), ("faster r-cnn", "ssd", "shape-mismatch")],
)
def test_the_verdict_on_a_classification_checkpoint(zoo: Zoo, tmp_path: Path, asked: str, held: str, code: str | None):
    prefix = zoo.checkpoint(held, "classification")
    found = verdict(tmp_path, MODELS[asked], prefix, "classification")
    assert (trainers_words(zoo.model(asked), prefix, "classification") is None) == (code is None)
    assert [finding.code.removeprefix("checkpoint/") for finding in found] == ([code] if code else [])


def test_a_backbone_that_the_trainer_cannot_restore_alone(zoo: Zoo, tmp_path: Path):
    config = official(HOURGLASS)
    config.model.center_net.feature_extractor.type = "hourglass_10"
    (finding,) = verdict(tmp_path, config, zoo.checkpoint("ssd", "classification"), "classification")
    words = trainers_words(unbuilt(config), zoo.checkpoint("ssd", "classification"), "classification")
    assert words is not None
    assert words.startswith("NotImplementedError")
    assert (finding.code, finding.severity) == ("checkpoint/type-mismatch", "error")
    assert "hourglass_10" in finding.message


def without_save_counter(tf: Any, model: Any, path: str) -> str:
    return str(tf.train.Checkpoint(model=model).write(path))


def of_nothing(tf: Any, model: Any, path: str) -> str:  # noqa: ARG001
    return str(tf.train.Checkpoint(model=tf.train.Checkpoint()).save(path))


def exported(tf: Any, model: Any, path: str) -> str:  # noqa: ARG001
    module = tf.Module()
    module.weight = tf.Variable(1.0)
    tf.saved_model.save(module, path)
    return f"{path}/variables/variables"


@pytest.mark.parametrize("written", [without_save_counter, of_nothing, exported])
def test_a_checkpoint_that_no_training_has_saved(zoo: Zoo, tmp_path: Path, written: Callable[[Any, Any, str], str]):
    import tensorflow as tf

    prefix = written(tf, zoo.model("ssd"), str(tmp_path / "ckpt"))
    words = trainers_words(zoo.model("ssd"), prefix, "detection")
    assert words is not None
    assert "not bound to checkpointed values" in words
    (finding,) = verdict(tmp_path, MODELS["ssd"], prefix, "detection")
    assert (finding.code, finding.severity) == ("checkpoint/type-mismatch", "error")
    assert ("SavedModel" in finding.hint) == (written is exported)


def unbuilt(config: Any) -> Any:
    """A model that was never run."""
    from object_detection.builders import model_builder
    from object_detection.protos import model_pb2

    return model_builder.build(model_pb2.DetectionModel.FromString(config.model.SerializeToString()), is_training=True)


@pytest.mark.parametrize(
    ("asked", "held", "severity"),
    [("ssd", "ssd", None), ("ssd", "faster r-cnn", "warning"), ("faster r-cnn", "faster r-cnn", "error")],
)
def test_without_the_dummy_computation_what_is_missing_stays_unnoticed(
    zoo: Zoo, tmp_path: Path, asked: str, held: str, severity: str | None
):
    prefix = zoo.checkpoint(held)
    words = trainers_words(unbuilt(MODELS[asked]), prefix, "detection")
    found = verdict(tmp_path, MODELS[asked], prefix, "detection", dummy_computation=False)
    assert (words is not None) == (severity == "error")
    assert [finding.severity for finding in found] == ([severity] if severity else [])


def flipped(data: Path, index: Any, tensor: str) -> None:
    content = bytearray(data.read_bytes())
    content[index.entries[tensor].offset] ^= 1
    data.write_bytes(content)


def value_of(part: str, index: Any) -> str:
    return next(name for name, entry in sorted(index.entries.items()) if part in name and entry.size)


@pytest.mark.parametrize(
    ("part", "kind", "severity"),
    [
        ("_feature_extractor", "detection", "error"),
        ("_box_predictor", "detection", "warning"),  # the trainer never looks there
        ("_box_predictor", "full", "error"),
        ("_CHECKPOINTABLE_OBJECT_GRAPH", "detection", "error"),
    ],
)
def test_damage_is_an_error_where_the_trainer_reads_it(zoo: Zoo, tmp_path: Path, part: str, kind: str, severity: str):
    for file in Path(zoo.checkpoint("ssd")).parent.glob("ckpt-1.*"):
        shutil.copy(file, tmp_path)
    prefix = str(tmp_path / "ckpt-1")
    index = read_checkpoint(prefix)
    flipped(Path(index.shard_path(0)), index, value_of(part, index))
    words = trainers_words(zoo.model("ssd"), prefix, kind)
    assert (words is not None) == (severity == "error")
    (finding,) = verdict(tmp_path, MODELS["ssd"], prefix, kind)
    assert (finding.code, finding.severity) == ("checkpoint/corrupt", severity)
    assert part in finding.message


@pytest.mark.parametrize(
    ("held", "code"),
    [
        ("ssd", None),
        ("ssd, half as wide", "checkpoint/shape-mismatch"),
        ("faster r-cnn", "run/resumes-in-part"),  # silently
    ],
)
def test_the_verdict_on_a_checkpoint_to_resume(zoo: Zoo, tmp_path: Path, held: str, code: str | None):
    import tensorflow as tf

    prefix = zoo.checkpoint(held)
    Path(prefix).with_name("checkpoint").write_text('model_checkpoint_path: "ckpt-1"\n')
    path = tmp_path / "pipeline.config"
    path.write_text(text_format.MessageToString(MODELS["ssd"]))
    inputs = Inputs(str(path), model_dir=str(Path(prefix).parent))
    found = {finding.code for finding in validate(inputs, scan=False).findings if finding.where.field == "model_dir"}
    assert found - {"run/resumes-existing-checkpoint"} == ({code} if code else set())
    restore = tf.train.Checkpoint(model=zoo.model("ssd")).restore
    if code == "checkpoint/shape-mismatch":
        with pytest.raises(ValueError, match="shape"):
            restore(prefix)
    else:
        restore(prefix)


@pytest.mark.parametrize("name", ["ssd", "ssd, half as wide", "ssd, other options", "efficientdet"])
def test_the_signatures_are_those_of_the_installed_trainer(zoo: Zoo, name: str):
    import tensorflow as tf

    from detector_trainer.deep.model_graph import Walker

    config = MODELS[name]
    signature = next(model_signatures.known(config.model))
    kind = "detection" if signature.heads_key is None else "full"
    known = signature.graph(kind, model_signatures.numbers(config.model))
    checkpoint = tf.train.Checkpoint(**zoo.model(name).restore_from_objects(fine_tune_checkpoint_type=kind))
    assert checkpoint.save_counter is not None  # created by the access
    own = Walker().graph(checkpoint)
    assert shapes_by_path(known) == shapes_by_path(own)
    assert set(known.paths().values()) == set(own.paths().values())


def shapes_by_path(graph: ModelGraph) -> dict[str, tuple[int, ...]]:
    return {path: graph.shapes[number] for number, path in graph.paths().items() if number in graph.shapes}
