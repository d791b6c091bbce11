"""The verdict on a config, a label map, a file of records or a checkpoint is that of the trainer's own builders and readers.

FAILS: the trainer raises, and the code is an error. SILENT: it does not, and something else is trained than was meant; the code
reports it. SOUND: it does not, and nothing is reported.
"""

from __future__ import annotations

import gzip
import inspect
import math
import shutil
from collections.abc import Callable
from enum import Enum
from pathlib import Path
from typing import Any

import pytest
from google.protobuf import text_format

from support.inputs import Case, codes
from support.official_configs import OFFICIAL_CONFIGS, wire_to_pets
from support.records import features, framed, write

pytestmark = pytest.mark.trainer

Change = Callable[[Case], object]
BOX = (0.1, 0.2, 0.5, 0.6)


class Outcome(Enum):
    """What the trainer makes of it."""

    SOUND = "sound"
    FAILS = "fails"
    SILENT = "silent"


SOUND, FAILS, SILENT = Outcome


@pytest.fixture(autouse=True, scope="module")
def _trainer() -> None:
    from detector_trainer import compat

    compat.install()


@pytest.fixture
def case(tmp_path: Path) -> Case:
    return Case(tmp_path)


def agree(case: Case, trainer: Callable[[Path], object], outcome: Outcome, code: str, *, scan: bool = False) -> None:
    """Holds the validator's verdict on a case against what the trainer does with it."""
    case.write()
    try:
        trainer(case.pipeline)
        failed = ""
    except Exception as error:  # noqa: BLE001 - whatever it raises ends a training
        failed = f"{type(error).__name__}: {error}"
    assert bool(failed) == (outcome is FAILS), failed
    found = codes(case.report(scan=scan))
    if outcome is SOUND:
        assert found == {}
    else:
        assert code in found, found
        assert found[code] == "error" or outcome is SILENT, found


def read(pipeline: Path) -> dict[str, Any]:
    """The config, as the trainer reads it."""
    from object_detection.utils import config_util

    configs: dict[str, Any] = config_util.get_configs_from_pipeline_file(str(pipeline))
    return configs


def merge(text: str, *clears: str) -> Change:
    """Text proto over the config, of which some blocks are emptied first."""

    def change(case: Case) -> None:
        for path in clears:
            *parents, last = path.split(".")
            message = case.config
            for parent in parents:
                message = getattr(message, parent)
            message.ClearField(last)
        text_format.Merge(text, case.config)

    return change


# The model


def builds(pipeline: Path) -> object:
    from object_detection.builders import model_builder

    return model_builder.build(read(pipeline)["model"], is_training=True)


RESIZER = "model.ssd.image_resizer"
MODELS = [
    ("as it is", merge(""), SOUND, ""),
    ("no model", merge("", "model"), FAILS, "config/no-model"),
    ("an extractor of another architecture", merge("model { ssd { feature_extractor { type: 'faster_rcnn_resnet50_keras' } } }"), FAILS, "config/unknown-extractor"),
    ("an extractor of TF1", merge("model { ssd { feature_extractor { type: 'ssd_mobilenet_v2' } } }"), FAILS, "config/unknown-extractor"),
    ("no resizer", merge("", RESIZER), FAILS, "config/invalid-image-resizer"),
    ("a resizer from 300 to 200", merge("model { ssd { image_resizer { keep_aspect_ratio_resizer { min_dimension: 300 max_dimension: 200 } } } }", RESIZER), FAILS, "config/invalid-image-resizer"),
    ("no classes", merge("", "model.ssd.num_classes"), SILENT, "config/num-classes-unset"),
]  # fmt: skip


@pytest.mark.parametrize(("change", "outcome", "code"), [row[1:] for row in MODELS], ids=[row[0] for row in MODELS])
def test_a_model_that_the_trainer_builds(case: Case, change: Change, outcome: Outcome, code: str):
    change(case)
    agree(case, builds, outcome, code)


@pytest.mark.parametrize(("second", "outcome"), [(301, FAILS), (300, SOUND)])
def test_a_second_stage_larger_than_its_proposals(tmp_path: Path, case: Case, second: int, outcome: Outcome):
    (official,) = (path for path in OFFICIAL_CONFIGS if path.stem == "faster_rcnn_resnet50_v1_640x640_coco17_tpu-8")
    text_format.Merge(wire_to_pets(official, tmp_path).read_text(), case.config)
    case.config.train_config.ClearField("fine_tune_checkpoint")
    case.config.model.ClearField("ssd")
    text_format.Merge(wire_to_pets(official, tmp_path).read_text().split("train_config")[0], case.config)
    case.config.model.faster_rcnn.first_stage_max_proposals = 300
    case.config.model.faster_rcnn.second_stage_batch_size = second
    case.write()
    found = "config/second-stage-batch-too-large" in codes(case.report(scan=False))
    if outcome is FAILS:
        with pytest.raises(ValueError, match="second_stage_batch_size should be no greater than first_stage_max_proposals"):
            builds(case.pipeline)
    else:
        builds(case.pipeline)
    assert found == (outcome is FAILS)


# The schedule


def follows(pipeline: Path) -> None:
    """The learning rate of each step up to the last: a number, and above 0."""
    import tensorflow as tf
    from object_detection.builders import optimizer_builder

    config = read(pipeline)["train_config"]
    step = tf.Variable(0, dtype=tf.int64)
    _, (rate,) = optimizer_builder.build(config.optimizer, global_step=step)
    for number in range(config.num_steps):
        step.assign(number)
        value = float(rate() if callable(rate) else rate)
        if math.isnan(value):
            raise ArithmeticError(f"step {number}: {value}")
        if value == 0 and number > config.num_steps // 2:
            raise EndsEarly(number)


class EndsEarly(Exception):
    """The learning rate is 0 before the last step."""


MOMENTUM = "train_config.optimizer.momentum_optimizer.learning_rate"
SCHEDULE = "train_config { num_steps: 10 optimizer { momentum_optimizer { learning_rate { %s } } } }"
COSINE = SCHEDULE % "cosine_decay_learning_rate { %s }"
MANUAL = SCHEDULE % "manual_step_learning_rate { initial_learning_rate: 0.0001 %s }"
SCHEDULES = [
    ("cosine", COSINE % "learning_rate_base: 0.0001 total_steps: 20 warmup_steps: 2 warmup_learning_rate: 0.00001", SOUND, ""),
    ("a warmup of 10000 by default", COSINE % "learning_rate_base: 0.0001 total_steps: 500 warmup_learning_rate: 0", FAILS, "config/invalid-learning-rate"),
    ("a base below its warmup", COSINE % "learning_rate_base: 0.0001 total_steps: 500 warmup_steps: 9 warmup_learning_rate: 0.001", FAILS, "config/invalid-learning-rate"),
    ("a rate of NaN", COSINE % "learning_rate_base: 0.0001 total_steps: 8 warmup_steps: 8 warmup_learning_rate: 0", FAILS, "config/invalid-learning-rate"),
    ("a schedule that is all warmup and hold", COSINE % "learning_rate_base: 0.0001 total_steps: 10 warmup_steps: 4 hold_base_rate_steps: 6 warmup_learning_rate: 0.00001", SOUND, ""),
    ("manual steps", MANUAL % "schedule { step: 5 learning_rate: 0.00001 }", SOUND, ""),
    ("manual steps from 0", MANUAL % "schedule { step: 0 learning_rate: 0.00001 }", FAILS, "config/invalid-learning-rate"),
    ("manual steps that fall", MANUAL % "schedule { step: 5 learning_rate: 0.00001 } schedule { step: 5 learning_rate: 0.00001 }", FAILS, "config/invalid-learning-rate"),
    ("manual steps without a step", MANUAL % "", FAILS, "config/invalid-learning-rate"),
    ("no schedule", "train_config { num_steps: 10 optimizer { momentum_optimizer { learning_rate { } } } }", FAILS, "config/invalid-learning-rate"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "outcome", "code"), [row[1:] for row in SCHEDULES], ids=[row[0] for row in SCHEDULES])
def test_a_schedule_that_the_trainer_can_follow(case: Case, text: str, outcome: Outcome, code: str):
    merge(text, MOMENTUM)(case)
    agree(case, follows, outcome, code)


def test_no_optimizer(case: Case):
    merge("", "train_config.optimizer")(case)
    agree(case, follows, FAILS, "config/invalid-learning-rate")


def test_a_schedule_that_ends_before_the_training(case: Case):
    merge(COSINE % "learning_rate_base: 0.0001 total_steps: 5 warmup_steps: 1 warmup_learning_rate: 0", MOMENTUM)(case)
    case.write()
    with pytest.raises(EndsEarly):
        follows(case.pipeline)
    assert codes(case.report(scan=False)) == {"config/learning-rate-ends-early": "warning"}


# The batch, and what is written twice


@pytest.mark.parametrize(("batch", "outcome"), [(4, SOUND), (5, FAILS)])
def test_a_batch_is_shared_by_the_gpus(case: Case, batch: int, outcome: Outcome):
    import tensorflow as tf

    def shared(pipeline: Path) -> object:
        return tf.distribute.InputContext(num_replicas_in_sync=2).get_per_replica_batch_size(
            read(pipeline)["train_config"].batch_size
        )

    case.config.train_config.batch_size = batch
    case.options["gpus"] = 2
    agree(case, shared, outcome, "config/invalid-batch-size")


def test_of_a_field_written_twice_the_last_counts(case: Case):
    case.write()
    case.pipeline.write_text(case.pipeline.read_text() + "train_config { batch_size: 1 batch_size: 2 }\n")
    assert read(case.pipeline)["train_config"].batch_size == 2
    assert codes(case.report(scan=False)) == {"config/duplicate-field": "warning"}


# What is read


def reads(pipeline: Path) -> int:
    """All records, decoded; how many."""
    from object_detection.builders import dataset_builder

    settings = read(pipeline)["train_input_config"]
    settings.shuffle, settings.num_epochs, settings.num_readers = False, 1, 1
    return sum(1 for _ in dataset_builder.build(settings, batch_size=None))


@pytest.mark.parametrize(("epochs", "code"), [(2, "records/fewer-than-batch"), (3, "")])
def test_epochs_that_do_not_fill_a_batch(case: Case, epochs: int, code: str):
    import tensorflow as tf
    from object_detection.builders import dataset_builder

    case.config.ClearField("eval_input_reader")
    case.config.train_config.batch_size = 8  # of 3 records
    case.config.train_input_reader.num_epochs = epochs
    case.config.train_input_reader.shuffle = False
    case.write()
    settings = read(case.pipeline)["train_input_config"]
    batches = dataset_builder.build(settings, batch_size=8, transform_input_data_fn=lambda _: {"record": tf.constant(1)})
    assert sum(1 for _ in batches) == (0 if code else 1)
    assert codes(case.report()) == ({code: "error"} if code else {})


def label_map(text: str) -> Change:
    return lambda case: case.label_map.write_text(text)


def record(change: Callable[[bytes], bytes]) -> Change:
    return lambda case: case.record.write_bytes(change(case.record.read_bytes()))


def no_boxes(case: Case) -> None:
    write(case.record, [features(), features()])


def a_folder(case: Case) -> None:
    case.record.unlink()
    case.record.mkdir()


def flipped(data: bytes, at: int) -> bytes:
    at %= len(data)
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


def paths(*names: str) -> Change:
    def change(case: Case) -> None:
        case.config.train_input_reader.tf_record_input_reader.input_path[:] = [
            str(case.record) if name == "." else f"{case.folder}/{name}" for name in names
        ]

    return change


INPUTS = [
    ("as it is", merge(""), SOUND, ""),
    ("input type 0", merge("train_input_reader { input_type: 0 }"), FAILS, "config/unknown-input-type"),
    ("two weights, one path", merge("train_input_reader { sample_from_datasets_weights: [1, 2] }"), FAILS, "config/invalid-sampling-weights"),
    ("no path", paths(), FAILS, "records/no-input-path"),
    ("a path that has no file", paths("none-*.record"), FAILS, "records/no-file"),
    ("a path that has no file, beside one that has", paths("none-*.record", "."), SILENT, "records/no-file"),
    ("a directory", a_folder, FAILS, "records/unreadable-file"),
    ("a path with a line end", lambda case: paths("a\nb.record")(case), FAILS, "config/control-character-in-path"),
    ("ids from 0", label_map("item { id: 0 name: 'cat' }"), FAILS, "label-map/reserved-id"),
    ("no ids", label_map("item { name: 'cat' }"), FAILS, "label-map/reserved-id"),
    ("an id below 0", label_map("item { id: -1 name: 'cat' }"), FAILS, "label-map/negative-id"),
    ("no item", label_map("# nothing\n"), FAILS, "label-map/empty"),
    ("an id twice", label_map("item { id: 1 name: 'cat' } item { id: 1 name: 'dog' }"), SILENT, "label-map/duplicate"),
    ("two ids in an item", label_map("item { id: 1 name: 'cat' id: 2 name: 'dog' }"), SILENT, "label-map/duplicate"),
    ("an id above num_classes", label_map("item { id: 99 name: 'cat' }"), SILENT, "label-map/id-above-num-classes"),
    ("background as 0", label_map("item { id: 0 name: 'background' } item { id: 1 name: 'cat' }"), SOUND, ""),
    ("gzip", record(gzip.compress), FAILS, "records/not-tfrecord"),
    ("HTML", record(lambda _: b"<!DOCTYPE html><html>Not found</html>"), FAILS, "records/not-tfrecord"),
    ("cut off", record(lambda data: data[:-5]), FAILS, "records/truncated"),
    ("cut off in the length of the next", record(lambda data: data + data[:7]), SILENT, "records/trailing-bytes"),
    ("a flipped bit in a record", record(lambda data: flipped(data, -100)), FAILS, "records/corrupt"),
    ("a flipped bit in its length", record(lambda data: flipped(data, 0)), FAILS, "records/"),
    ("an empty record", record(lambda data: data + framed(b"")), FAILS, "records/missing-image"),
    ("no boxes at all", no_boxes, SILENT, "records/no-boxes-at-all"),
]  # fmt: skip


@pytest.mark.parametrize(("change", "outcome", "code"), [row[1:] for row in INPUTS], ids=[row[0] for row in INPUTS])
def test_inputs_that_the_trainer_reads(case: Case, change: Change, outcome: Outcome, code: str):
    case.config.ClearField("eval_input_reader")
    change(case)
    # A label map of other classes: what that does to the records is compared with the trainer in test_records_agree.
    scan = code.startswith("records/")
    if code == "records/":
        case.write()
        code = next(code for code, level in codes(case.report()).items() if level == "error")
    agree(case, reads, outcome, code, scan=scan)


# The checkpoint


class Mirror:
    """In place of a model: objects that have the variables of the sound checkpoint, so that the trainer restores it."""

    def __init__(self, prefix: str) -> None:
        import tensorflow as tf
        from tensorflow.core.protobuf.trackable_object_graph_pb2 import TrackableObjectGraph

        reader = tf.train.load_checkpoint(prefix)
        graph = TrackableObjectGraph.FromString(reader.get_tensor("_CHECKPOINTABLE_OBJECT_GRAPH"))
        made: dict[int, Any] = {}

        def make(number: int) -> Any:
            if number not in made:
                node = graph.nodes[number]
                if node.attributes:
                    made[number] = tf.Variable(reader.get_tensor(node.attributes[0].checkpoint_key))
                else:
                    made[number] = tf.Module()
                    for child in node.children:
                        setattr(made[number], child.local_name, make(child.node_id))
            return made[number]

        self.children = {child.local_name: make(child.node_id) for child in graph.nodes[0].children}

    def restore_from_objects(self, fine_tune_checkpoint_type: str) -> dict[str, Any]:
        assert fine_tune_checkpoint_type == "detection"
        return {"model": self.children["model"]}


def restores(mirror: Mirror) -> Callable[[Path], None]:
    def restore(pipeline: Path) -> None:
        from object_detection import model_lib_v2

        config = read(pipeline)["train_config"]
        model_lib_v2.load_fine_tune_checkpoint(
            mirror,
            config.fine_tune_checkpoint,
            config.fine_tune_checkpoint_type,
            config.fine_tune_checkpoint_version,
            run_model_on_dummy_input=False,
            input_dataset=None,
            unpad_groundtruth_tensors=True,
        )

    return restore


def prefix(name: str) -> Change:
    def change(case: Case) -> None:
        case.config.train_config.fine_tune_checkpoint = name.format(case.checkpoint, folder=case.checkpoint.parent)

    return change


def part(suffix: str, change: Callable[[bytes], bytes | None]) -> Change:
    def apply(case: Case) -> None:
        path = Path(f"{case.checkpoint}{suffix}")
        data = change(path.read_bytes())
        path.unlink() if data is None else path.write_bytes(data)

    return apply


def of_tf1(case: Case) -> None:
    import tensorflow as tf

    path = case.folder / "tf1" / "model.ckpt"
    with tf.Graph().as_default(), tf.compat.v1.Session() as session:
        tf.compat.v1.get_variable("weights", initializer=[1.0, 2.0])
        session.run(tf.compat.v1.global_variables_initializer())
        tf.compat.v1.train.Saver().save(session, str(path))
    case.config.train_config.fine_tune_checkpoint = str(path)


INDEX, DATA = ".index", ".data-00000-of-00001"
POINTER = b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n"
CHECKPOINTS = [
    ("as it is", merge(""), SOUND, ""),
    ("not there", prefix("{folder}/ckpt-9"), FAILS, "checkpoint/not-found"),
    ("PATH_TO_BE_CONFIGURED", prefix("PATH_TO_BE_CONFIGURED"), FAILS, "checkpoint/not-found"),
    ("its index", prefix("{}.index"), FAILS, "checkpoint/not-a-prefix"),
    ("its data", prefix("{}.data-00000-of-00001"), FAILS, "checkpoint/not-a-prefix"),
    ("its directory", prefix("{folder}"), FAILS, "checkpoint/not-a-prefix"),
    ("an index with a flipped bit", part(INDEX, lambda data: flipped(data, 60)), FAILS, "checkpoint/unreadable"),
    ("an index that is cut off", part(INDEX, lambda data: data[:-20]), FAILS, "checkpoint/unreadable"),
    ("an empty index", part(INDEX, lambda _: b""), FAILS, "checkpoint/unreadable"),
    ("a pointer of git-lfs", part(INDEX, lambda _: POINTER), FAILS, "checkpoint/unreadable"),
    ("no data", part(DATA, lambda _: None), FAILS, "checkpoint/corrupt"),
    ("data that are cut off", part(DATA, lambda data: data[: len(data) // 2]), FAILS, "checkpoint/corrupt"),
    ("data with a flipped bit", part(DATA, lambda data: flipped(data, 100)), FAILS, "checkpoint/corrupt"),
    ("a pointer in place of the data", part(DATA, lambda _: POINTER), FAILS, "checkpoint/corrupt"),
    ("of TF1", of_tf1, FAILS, "checkpoint/written-by-tf1"),
    ("version V1", merge("train_config { fine_tune_checkpoint_version: V1 }"), FAILS, "checkpoint/version-not-v2"),
    ("no version", merge("", "train_config.fine_tune_checkpoint_version"), FAILS, "checkpoint/version-not-v2"),
]  # fmt: skip


@pytest.mark.parametrize(("change", "outcome", "code"), [row[1:] for row in CHECKPOINTS], ids=[row[0] for row in CHECKPOINTS])
def test_a_checkpoint_that_the_trainer_restores(case: Case, change: Change, outcome: Outcome, code: str):
    mirror = Mirror(str(case.checkpoint))
    change(case)
    agree(case, restores(mirror), outcome, code)


def test_a_model_dir_that_is_the_checkpoints_folder(case: Case):
    from object_detection.utils import variables_helper

    def supported(_: Path) -> None:
        config = case.config.train_config
        kind = config.fine_tune_checkpoint_type
        variables_helper.ensure_checkpoint_supported(config.fine_tune_checkpoint, kind, case.options["model_dir"])

    agree(case, supported, SOUND, "")
    case.options["model_dir"] = str(case.checkpoint.parent)
    (case.checkpoint.parent / "checkpoint").unlink(missing_ok=True)
    agree(case, supported, FAILS, "run/model-dir-is-checkpoint-dir")


@pytest.mark.parametrize(
    ("loaded", "outcome", "code"), [(False, FAILS, "config/multiclass-scores-not-loaded"), (True, SOUND, "")]
)
def test_scores_that_are_to_be_learned(case: Case, loaded: bool, outcome: Outcome, code: str):
    import tensorflow as tf
    from object_detection import inputs

    def build(pipeline: Path) -> None:
        configs = read(pipeline)
        tf.autograph.experimental.do_not_convert(inputs.train_input)(
            configs["train_config"], configs["train_input_config"], configs["model"]
        )

    case.config.train_config.use_multiclass_scores = True
    case.config.train_input_reader.load_multiclass_scores = loaded
    agree(case, build, outcome, code)


# The loop itself


def test_all_checkpoint_variables_are_of_tf1(case: Case):
    from object_detection import model_lib_v2

    def train(pipeline: Path) -> None:
        model_lib_v2.train_loop(str(pipeline), str(case.model_dir))

    case.config.train_config.load_all_detection_checkpoint_vars = True
    agree(case, train, FAILS, "config/all-checkpoint-vars-unsupported")


@pytest.mark.parametrize("field", ["freeze_variables", "update_trainable_variables", "bias_grad_multiplier"])
def test_what_the_loop_does_not_read_is_ignored(case: Case, field: str):
    from object_detection import model_lib_v2

    assert field not in inspect.getsource(model_lib_v2)
    if field == "bias_grad_multiplier":
        case.config.train_config.bias_grad_multiplier = 2
    else:
        getattr(case.config.train_config, field).append("x")
    case.write()
    assert codes(case.report(scan=False)) == {"config/ignored-field": "warning"}


# What is resumed


def test_another_optimizer_is_restored_without_a_word(case: Case):
    import tensorflow as tf
    from object_detection.builders import optimizer_builder

    mirror = Mirror(str(case.checkpoint))
    shutil.copytree(case.checkpoint.parent, case.model_dir)
    (case.model_dir / "checkpoint").write_text('model_checkpoint_path: "ckpt-2"\n')
    case.options["num_steps"] = 100
    merge("train_config { optimizer { adam_optimizer { learning_rate { constant_learning_rate { learning_rate: 0.0001 } } } } }")(
        case
    )
    case.write()

    def resume(pipeline: Path) -> None:
        optimizer, _ = optimizer_builder.build(read(pipeline)["train_config"].optimizer, global_step=tf.Variable(0))
        optimizer.apply_gradients([(tf.constant(1.0), tf.Variable(1.0))])  # which makes its slots
        step = tf.Variable(0, dtype=tf.int64)
        latest = tf.train.latest_checkpoint(str(case.model_dir))
        tf.train.Checkpoint(step=step, model=mirror.children["model"], optimizer=optimizer).restore(latest)
        assert int(step) > 0

    agree(case, resume, SILENT, "run/resumes-with-another-optimizer")


def test_a_checkpoint_file_that_points_nowhere_is_no_checkpoint(case: Case):
    import tensorflow as tf

    shutil.copytree(case.checkpoint.parent, case.model_dir)
    (case.model_dir / "checkpoint").write_text('model_checkpoint_path: "/moved/away/ckpt-2"\n')
    case.write()
    assert tf.train.latest_checkpoint(str(case.model_dir)) is None  # train_loop then begins at step 0
    assert codes(case.report(scan=False)) == {"run/resume-from-nowhere": "error"}


def test_a_damaged_checkpoint_is_not_resumed(case: Case):
    import tensorflow as tf

    mirror = Mirror(str(case.checkpoint))
    shutil.copytree(case.checkpoint.parent, case.model_dir)
    (case.model_dir / "checkpoint").write_text('model_checkpoint_path: "ckpt-2"\n')
    data = case.model_dir / f"ckpt-2{DATA}"
    data.write_bytes(flipped(data.read_bytes(), 100))
    case.options["num_steps"] = 100
    latest = tf.train.latest_checkpoint(str(case.model_dir))
    agree(case, lambda _: tf.train.Checkpoint(**mirror.children).restore(latest), FAILS, "run/resume-corrupt")
