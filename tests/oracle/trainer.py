"""The real trainer on a case, in the order of model_lib_v2.train_loop. Imports TensorFlow: only the worker imports this."""

from __future__ import annotations

import math
import re
import sysconfig
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from detector_trainer import compat

compat.install()

import tensorflow as tf  # noqa: E402
from object_detection import inputs, model_lib, model_lib_v2  # noqa: E402
from object_detection.builders import model_builder, optimizer_builder  # noqa: E402
from object_detection.utils import config_util, variables_helper  # noqa: E402

from detector_trainer.deep.child import run_stages  # noqa: E402
from oracle.as_written import Labels, has_odd_values, read_records, what_else, what_is_odd  # noqa: E402
from oracle.verdict import FAILS, GARBAGE, HIDDEN, TRAINS, Trainer  # noqa: E402

BATCH = 3
"""Images in the batch of the step that is trained."""
NOISE = re.compile(
    r"\{\{function_node [^}]*\}\} ?|Error in user-defined function passed to ParallelMapDataset[^:]*:?\d* transformation with iterator: [^:]*: ?"
)
"""What TensorFlow's messages contain about TensorFlow itself."""
ROUNDS = 3
"""Times that augmented records are read: what an augmentation does is a matter of chance."""
RATES = 60
"""Steps at which the learning rate is evaluated."""
Sample = tuple[dict[str, np.ndarray], dict[str, np.ndarray]]
"""The features and labels that the input pipeline makes of one record."""
SETTINGS = "train_config", "train_input_config", "model"


OF_THE_MODEL = "build the model", "build the optimizer", "restore the checkpoint", "train"
"""Stages that need the model, and so may be left to `validate --deep`."""


class Failed(Exception):
    """The trainer raised something."""

    def __init__(self, stage: str, error: BaseException) -> None:
        lines = [line for line in NOISE.sub("", str(error)).splitlines() if line.strip()] or [""]
        super().__init__(stage)
        self.stage, self.error = stage, f"{type(error).__name__}: {lines[-1 if 'in user code' in lines[0] else 0].strip()[:200]}"


class Oracle:
    """Judges cases; keeps the input pipeline of the last config and label map, for cases that differ in the records alone."""

    def __init__(self) -> None:
        self._kept: dict[Any, tuple[Any, Any]] = {}

    def judge(self, directory: Path, parts: set[str], steps: int | None) -> Trainer:
        """Judge what the trainer does with the inputs in a directory.

        Args:
            directory: with the inputs, as case.Written has them.
            parts: which of them are not as in a sound case; the others are not looked at again.
            steps: --num_train_steps.
        """
        try:
            garbage, hidden = self._train(directory, parts, steps)
        except Failed as failed:
            deep = _deep(directory, steps) if failed.stage in OF_THE_MODEL else ""
            return Trainer(FAILS, failed.stage, _without_places(failed.error, directory), deep=deep)
        return Trainer(GARBAGE if garbage else HIDDEN if hidden else TRAINS, garbage=[*garbage, *hidden])

    def _train(self, directory: Path, parts: set[str], steps: int | None) -> tuple[list[str], list[str]]:
        configs = _try("read the config", lambda: _configs(directory, steps))
        train_config, model_config = configs["train_config"], configs["model"]
        whole = bool(parts & {"config", "checkpoint", "run"})
        wanted = steps if steps is not None else train_config.num_steps or None
        if train_config.load_all_detection_checkpoint_vars:
            raise Failed("read the config", ValueError("train_pb2.load_all_detection_checkpoint_vars unsupported in TF2"))
        config_util.update_fine_tune_checkpoint_type(train_config)
        model = _try("build the model", lambda: model_builder.build(model_config, is_training=True)) if whole else None
        garbage, batches = self._read(configs, model)
        if "config" in parts:
            _try("read records", lambda: _draw(configs))
        hidden: list[str] = []
        if train_config.data_augmentation_options and parts & {"records", "label map"}:
            hidden = self._without_augmentation(configs, model)
            garbage = [reason for reason in garbage if reason not in hidden]  # not the augmentation's doing
        if whole or ("records" in parts and has_odd_values(read_records(_files(configs["train_input_config"])))):
            model = model or _try("build the model", lambda: model_builder.build(model_config, is_training=True))
            garbage += _step(directory, train_config, batches, model, wanted)
        return garbage, [f"hidden by an augmentation: {reason}" for reason in hidden]

    def _without_augmentation(self, configs: dict[str, Any], model: Any) -> list[str]:
        plain = type(configs["train_config"])()
        plain.CopyFrom(configs["train_config"])
        plain.ClearField("data_augmentation_options")
        try:
            return self._read({**configs, "train_config": plain}, model)[0]
        except Failed as failed:
            return [failed.error]

    def _read(self, configs: dict[str, Any], model: Any) -> tuple[list[str], list[Sample]]:
        """Reads all records, in order, one after the other; what is learned from them other than what was written, and they."""
        train_config, settings, model_config = (configs[name] for name in SETTINGS)
        read = type(settings)()
        read.CopyFrom(settings)
        read.shuffle, read.num_readers, read.num_epochs = False, 1, 1
        key = _key(train_config, read, model_config)
        unbatched = train_config.batch_size == 0
        dataset = self._kept.get(key)
        if dataset is None or unbatched:
            dataset = _try(
                "build the input",
                lambda: inputs.train_input(train_config, read, model_config, model, None if unbatched else {"batch_size": 1}),
            )
            if unbatched:
                raise Failed(
                    "read records", ValueError(f"unbatched images of rank {dataset.element_spec[0]['image'].shape.rank}")
                )
            if len(self._kept) > 20:
                self._kept.clear()
            self._kept[key] = dataset
        rounds = ROUNDS if train_config.data_augmentation_options else 1
        seen: list[Sample] = []
        samples: list[Sample] = []
        for _ in range(rounds):
            seen = _try("read records", lambda: [(_numpy(features), _numpy(labels)) for features, labels in dataset])
            samples += seen
        if not seen or (
            settings.num_epochs and settings.drop_remainder and len(seen) * settings.num_epochs < train_config.batch_size
        ):
            raise Failed("read records", TimeoutError("waits for ever: no batch is ever full"))  # vocabulary: quoted
        self._fit(train_config, samples)
        patterns = settings.tf_record_input_reader.input_path
        missing = [f"{pattern} matches no file" for pattern in patterns if not tf.io.gfile.glob(pattern)]
        labels = Labels.read(settings.label_map_path)
        records = read_records(_files(settings))
        augmented = bool(train_config.data_augmentation_options)
        by_chance = augmented or len(settings.sample_from_datasets_weights) > 1
        channels = 3 + max(0, settings.num_additional_channels)
        odd = what_is_odd(samples, channels) if by_chance else what_else(records, seen, labels, configs)
        return [*missing, *odd], samples

    def _fit(self, train_config: Any, samples: list[Sample]) -> None:
        """Images of two sizes cannot be in one batch; which ones meet is a matter of chance."""
        if train_config.batch_size > 1:
            for name in samples[0][0]:
                shapes = sorted({np.shape(features[name]) for features, _ in samples})
                if len(shapes) > 1:
                    raise Failed(
                        "read records", ValueError(f"Cannot add tensor to the batch: {name} {shapes[0]} and {shapes[1]}")
                    )


def _draw(configs: dict[str, Any]) -> None:
    """One batch as the trainer draws it: in parallel, shuffled, again and again."""
    train_config, settings, model_config = (configs[name] for name in SETTINGS)
    dataset = inputs.train_input(train_config, settings, model_config, None, {"batch_size": 1})
    next(iter(dataset))


def _without_places(error: str, directory: Path) -> str:
    """A message that is the same on every machine."""
    return error.replace(str(directory), "FOLDER").replace(sysconfig.get_path("purelib"), "PACKAGES")


def _deep(directory: Path, steps: int | None) -> str:
    """The stage at which the deep checks fail; empty if they do not."""
    output: list[dict[str, Any]] = []
    configs = config_util.get_configs_from_pipeline_file(str(directory / "pipeline.config"))
    wanted = steps or configs["train_config"].num_steps or 1
    run_stages([str(directory / "pipeline.config"), str(wanted), "1", str(directory / "model")], output.append)
    return next((str(line["failed"]) for line in output if "failed" in line), "")


def _configs(directory: Path, steps: int | None) -> dict[str, Any]:
    configs = config_util.get_configs_from_pipeline_file(str(directory / "pipeline.config"))
    arguments = {"train_steps": steps, "use_bfloat16": False}
    merged: dict[str, Any] = config_util.merge_external_params_with_configs(configs, None, kwargs_dict=arguments)
    return merged


def _step(directory: Path, train_config: Any, samples: list[Sample], model: Any, steps: int | None) -> list[str]:
    """The optimizer, the checkpoint, one step, the learning rate over the run."""
    batch = samples[: max(1, min(BATCH, train_config.batch_size))]
    features, labels = (
        {name: tf.stack([sample[part][name] for sample in batch]) for name in batch[0][part]} for part in range(2)
    )
    step = tf.Variable(0, trainable=False, dtype=tf.int64, name="global_step")
    optimizer, (rate,) = _try("build the optimizer", lambda: optimizer_builder.build(train_config.optimizer, global_step=step))
    unpad = train_config.unpad_groundtruth_tensors
    if train_config.optimizer.use_moving_average:
        _try("build the optimizer", lambda: _loss(train_config, model, features, labels))
        _try("build the optimizer", lambda: optimizer.shadow_copy(model))
    if train_config.fine_tune_checkpoint:
        _try("restore the checkpoint", lambda: _restore(directory, train_config, model, features, labels))
    latest = tf.train.latest_checkpoint(str(directory / "model"))
    if latest is not None:
        checkpoint = tf.train.Checkpoint(step=step, model=model, optimizer=optimizer)
        _try("restore the checkpoint", lambda: checkpoint.restore(latest))
    if steps is None:
        raise Failed("train", TypeError("'NoneType' object cannot be interpreted as an integer"))
    clip = train_config.gradient_clipping_by_norm
    losses = _try(
        "train",
        lambda: model_lib_v2.eager_train_step(
            model, features, labels, unpad, optimizer, step, train_config.add_regularization_loss, clip if clip > 0 else None
        ),
    )
    broken = sorted(name for name, value in losses.items() if not np.isfinite(float(value)))
    garbage = [f"{name} is {float(losses[name])}" for name in broken[:1]]
    if not broken and not all(np.isfinite(variable.numpy()).all() for variable in model.trainable_variables):
        garbage.append("a variable is not finite")
    return garbage + list(_rates(rate, step, steps, _moments(train_config.optimizer)))


def _restore(directory: Path, train_config: Any, model: Any, features: Any, labels: Any) -> None:
    """model_lib_v2.load_fine_tune_checkpoint, with an eager step in place of the traced dummy computation."""
    prefix, kind = train_config.fine_tune_checkpoint, train_config.fine_tune_checkpoint_type
    variables_helper.ensure_checkpoint_supported(prefix, kind, str(directory / "model"))
    if not model_lib_v2.is_object_based_checkpoint(prefix):
        raise OSError("Checkpoint is expected to be an object-based checkpoint.")
    if train_config.fine_tune_checkpoint_version == 1:
        raise ValueError("Checkpoint version should be V2")
    if train_config.run_fine_tune_checkpoint_dummy_computation:
        _loss(train_config, model, features, labels)
    restored = model.restore_from_objects(fine_tune_checkpoint_type=kind)
    model_lib_v2.validate_tf_v2_checkpoint_restore_map(restored)
    tf.train.Checkpoint(**restored).restore(prefix).expect_partial().assert_existing_objects_matched()


def _loss(train_config: Any, model: Any, features: Any, labels: Any) -> None:
    """Computes the loss, which makes the variables."""
    unstacked = model_lib.unstack_batch(labels, unpad_groundtruth_tensors=train_config.unpad_groundtruth_tensors)
    model_lib_v2._compute_losses_and_predictions_dicts(model, features, unstacked, 0, train_config.add_regularization_loss)


def _moments(message: Any) -> Iterator[int]:
    """Every whole number in a schedule, by default too: something may happen at that step."""
    for field in message.DESCRIPTOR.fields:
        value = getattr(message, field.name)
        if field.message_type is not None and (field.is_repeated or message.HasField(field.name)):
            for part in value if field.is_repeated else [value]:
                yield from _moments(part)
        elif isinstance(value, int):
            yield value


def _rates(rate: Any, step: Any, steps: int, moments: Iterator[int]) -> Iterator[str]:
    """What is wrong with the learning rate from the first step to the last."""
    values = []
    numbers = {int(number) for number in np.linspace(0, max(0, steps - 1), RATES)}
    numbers |= {moment + near for moment in moments for near in (-1, 0, 1) if 0 <= moment + near < steps}
    for number in sorted(numbers):
        step.assign(number)
        values.append(_try("train", lambda: float(rate() if callable(rate) else rate)))
    if not all(map(math.isfinite, values)):
        yield "the learning rate is not finite"
    elif not any(values):
        yield "the learning rate is 0"


def _try(stage: str, does: Callable[[], Any]) -> Any:
    try:
        return does()
    except Failed:
        raise
    except Exception as error:  # whatever the trainer raises ends a training
        raise Failed(stage, error) from error


def _numpy(part: dict[str, Any]) -> dict[str, np.ndarray]:
    return {name: value.numpy()[0] for name, value in part.items()}


READ_BY_THE_INPUT = (
    "num_classes", "image_resizer", "feature_extractor", "context_config", "num_keypoints",
    "data_augmentation_options", "merge_multiple_label_boxes", "retain_original_images", "use_multiclass_scores", "use_bfloat16"
)  # fmt: skip


def _key(train_config: Any, settings: Any, model_config: Any) -> Any:
    """What the input pipeline is built from; the records are read again each time."""
    asked = type(train_config)()
    asked.CopyFrom(train_config)
    for field in type(train_config).DESCRIPTOR.fields:
        if field.name not in READ_BY_THE_INPUT:
            asked.ClearField(field.name)
    model = type(model_config)()
    model.CopyFrom(model_config)
    if (which := model.WhichOneof("model")) is not None:
        for field, _ in getattr(model, which).ListFields():
            if field.name not in READ_BY_THE_INPUT:
                getattr(model, which).ClearField(field.name)
    protos = [part.SerializeToString(deterministic=True) for part in (asked, settings, model)]
    return (*protos, bool(train_config.batch_size), _bytes(settings.label_map_path), tuple(map(str, _files(settings))))


def _bytes(path: str) -> bytes | None:
    try:
        return Path(path).read_bytes()
    except OSError:
        return None


def _files(settings: Any) -> list[Path]:
    patterns = list(settings.tf_record_input_reader.input_path)
    return [Path(file) for file in tf.io.gfile.glob(patterns)]
