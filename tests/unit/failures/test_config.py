"""Messages of the trainer about the pipeline config are classified."""

from __future__ import annotations

import pytest

from detector_trainer.failures import config
from support.classified import Message, assert_classified, unmatched_patterns

MESSAGES = [
    Message("google.protobuf.text_format.ParseError: 9:5 : Message type \"object_detection.protos.Ssd\" has no field named \"num_clases\".", "config/syntax-error", "The config or label map does not parse at line:column 9:5: Message type \"object_detection.protos.Ssd\" has no field named \"num_clases\"."),
    Message("ValueError: ssd_inception_v2 is not supported for tf version 2. See `model_builder.py` for features", "config/unknown-extractor", "The feature extractor ssd_inception_v2 does not exist in TF2, or belongs to another meta-architecture."),
    Message("  File \"/lib/object_detection/builders/model_builder.py\", line 374, in _build_ssd_model\n    feature_extractor_class = MAP[name]\nKeyError: 'ssd_mobilenet_v9'", "config/unknown-extractor", "The feature extractor ssd_mobilenet_v9 does not exist in TF2, or belongs to another meta-architecture."),
    Message("ValueError: learning_rate_base must be larger or equal to warmup_learning_rate.", "config/invalid-learning-rate", "The trainer rejects the optimizer or its learning-rate schedule: learning_rate_base must be larger or equal to warmup_learning_rate."),
    Message("ValueError: total_steps must be larger or equal to warmup_steps.", "config/invalid-learning-rate", "The trainer rejects the optimizer or its learning-rate schedule: total_steps must be larger or equal to warmup_steps."),
    Message("ValueError: Learning_rate None not supported.", "config/invalid-learning-rate", "The trainer rejects the optimizer or its learning-rate schedule: Learning_rate None not supported."),
    Message("ValueError: Optimizer None not supported.", "config/invalid-learning-rate", "The trainer rejects the optimizer or its learning-rate schedule: Optimizer None not supported."),
    Message("ValueError: First step cannot be zero.", "config/invalid-learning-rate", "The trainer rejects the optimizer or its learning-rate schedule: First step cannot be zero."),
    Message("ValueError: Entries in boundaries must be strictly increasing integers", "config/invalid-learning-rate", "The trainer rejects the optimizer or its learning-rate schedule: Entries in boundaries must be strictly increasing."),
    Message("ValueError: Empty learning rate schedule", "config/invalid-learning-rate", "The trainer rejects the optimizer or its learning-rate schedule: Empty learning rate schedule."),
    Message("ValueError: Invalid image resizer option: 'None'.", "config/invalid-image-resizer", "The trainer rejects the image resizer: Invalid image resizer option: 'None'."),
    Message("ValueError: min_dimension > max_dimension", "config/invalid-image-resizer", "The trainer rejects the image resizer: min_dimension > max_dimension."),
    Message("ValueError: image size must be >= 33 in both height and width.", "config/invalid-image-resizer", "The trainer rejects the image resizer: image size must be >= 33."),
    Message("InvalidArgumentError: Cannot add tensor to the batch: number of elements does not match. Shapes are: [tensor]: [640,480,3], [batch]: [480,640,3]", "config/mixed-image-sizes", "A batch contains images of different sizes: [640,480,3] and [480,640,3]."),
    Message("InvalidArgumentError: Cannot batch tensors with different shapes in component 0. First element had shape [640,480,3] and element 1 had shape [480,640,3].", "config/mixed-image-sizes", "A batch contains images of different sizes: [640,480,3] and [480,640,3]."),
    Message("ValueError: second_stage_batch_size should be no greater than first_stage_max_proposals.", "config/second-stage-batch-too-large", "second_stage_batch_size is above first_stage_max_proposals."),
    Message("KeyError: 'mask_predictions'", "config/mask-head-missing", "number_of_stages is 3, but the model has no mask head."),
    Message("ValueError: train_pb2.load_all_detection_checkpoint_vars unsupported in TF2", "config/all-checkpoint-vars-unsupported", "load_all_detection_checkpoint_vars is set, which TF2 does not support."),
    Message("TypeError: 'NoneType' object cannot be interpreted as an integer", "config/num-steps-unset", "num_steps is 0, and no flag sets the number of steps."),
    Message("ValueError: The `global_batch_size` 3 is not divisible by `num_replicas_in_sync` 2", "config/invalid-batch-size", "The batch of 3 cannot be split evenly across 2 GPUs."),
    Message("InvalidArgumentError: Argument `axis` = 0 not in range [0, 0)", "config/batch-size-zero", "batch_size is 0."),
    Message("ValueError: Unsupported input_type in config.", "config/unknown-input-type", "input_type of the input reader is 0."),
    Message("TypeError: can only concatenate str (not \"RepeatedScalarContainer\") to str", "config/invalid-sampling-weights", "sample_from_datasets_weights does not have exactly one weight for each input_path."),
    Message("NameError: name 'xrange' is not defined", "config/invalid-augmentation", "A data augmentation option does not run: NameError: name 'xrange' is not defined."),
    Message("  File \"/lib/object_detection/core/preprocessor.py\", line 1, in random_crop\n    f(x)\nTypeError: random_crop() missing 1 required argument: 'overlap_thresh'", "config/invalid-augmentation", "A data augmentation option does not run: TypeError: random_crop() missing 1 required argument: 'overlap_thresh'."),
]  # fmt: skip


@pytest.mark.parametrize("message", MESSAGES, ids=str)
def test_a_message_of_the_trainer_is_classified(message: Message):
    assert_classified(message)


def test_each_pattern_has_a_message():
    assert unmatched_patterns(config.FAILURES, MESSAGES) == []
