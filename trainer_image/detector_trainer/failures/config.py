"""Failures because of the pipeline config."""

from __future__ import annotations

from detector_trainer.contract import ExitCode, reasons
from detector_trainer.failures.failure import Failure

FAILURES = (
    Failure(
        code="config/syntax-error",
        catalogue=(1, 2),
        reason=reasons.INVALID_CONFIG,
        exit_code=ExitCode.DATA,
        patterns=(r"text_format\.ParseError: (?P<where>\d{1,9}+:\d{1,9}+) : (?P<detail>[^\n]{1,1000}+)",),
        message="The config or label map does not parse at line:column {where}: {detail}",
        fix="Fix the line; `detector-training validate` suggests the nearest field.",
    ),
    Failure(
        code="config/unknown-extractor",
        catalogue=(4,),
        reason=reasons.INVALID_CONFIG,
        exit_code=ExitCode.DATA,
        patterns=(
            r"ValueError: (?P<type>\S{1,200}+) is not supported for tf version 2",
            r"model_builder\.py[\s\S]{0,3000}?KeyError: '(?P<type>[\w-]{1,200}+)'",
        ),
        message="The feature extractor {type} does not exist in TF2, or belongs to another meta-architecture.",
        fix="Use the TF2 name, usually the TF1 name with the suffix _keras.",
    ),
    Failure(
        code="config/invalid-learning-rate",
        catalogue=(8,),
        reason=reasons.INVALID_CONFIG,
        exit_code=ExitCode.DATA,
        patterns=(
            r"(?P<detail>Learning_rate \S{1,200}+ not supported)",
            r"(?P<detail>Optimizer None not supported)",
            r"(?P<detail>learning_rate_base must be larger or equal to warmup_learning_rate)",
            r"(?P<detail>total_steps must be larger or equal to warmup_steps)",
            r"(?P<detail>First step cannot be zero)",
            r"(?P<detail>Entries in boundaries must be strictly increasing)",
            r"(?P<detail>Empty learning rate schedule)",
        ),
        message="The trainer rejects the optimizer or its learning-rate schedule: {detail}.",
        fix="Fix the schedule: warmup_steps < total_steps, and warmup_learning_rate <= learning_rate_base.",
    ),
    Failure(
        code="config/invalid-image-resizer",
        catalogue=(11,),
        reason=reasons.INVALID_CONFIG,
        exit_code=ExitCode.DATA,
        patterns=(
            r"(?P<detail>Invalid image resizer option: '[^']{0,200}+')",
            r"(?P<detail>min_dimension > max_dimension)",
            r"(?P<detail>image size must be >= \d{1,9}+)",
        ),
        message="The trainer rejects the image resizer: {detail}.",
        fix=(
            "Set image_resizer, for example fixed_shape_resizer { height: 320 width: 320 }; most models require at least 33 "
            "or 129 pixels."
        ),
    ),
    Failure(
        code="config/mixed-image-sizes",
        catalogue=(11,),
        reason=reasons.INVALID_CONFIG,
        exit_code=ExitCode.DATA,
        patterns=(
            (
                r"Cannot add tensor to the batch: number of elements does not match\. Shapes are: "
                r"\[tensor\]: (?P<one>\[[\d,]{0,100}+\]), \[batch\]: (?P<other>\[[\d,]{0,100}+\])"
            ),
            (
                r"Cannot batch tensors with different shapes in component \d{1,9}+\. "
                r"First element had shape (?P<one>\[[\d,]{0,100}+\]) and element \d{1,9}+ had shape (?P<other>\[[\d,]{0,100}+\])"
            ),
        ),
        message="A batch contains images of different sizes: {one} and {other}.",
        fix="Use fixed_shape_resizer, or pad_to_max_dimension: true in keep_aspect_ratio_resizer.",
    ),
    Failure(
        code="config/second-stage-batch-too-large",
        catalogue=(14,),
        reason=reasons.INVALID_CONFIG,
        exit_code=ExitCode.DATA,
        patterns=(r"second_stage_batch_size should be no greater than first_stage_max_proposals",),
        message="second_stage_batch_size is above first_stage_max_proposals.",
        fix="Raise first_stage_max_proposals or lower second_stage_batch_size.",
    ),
    Failure(
        code="config/mask-head-missing",
        catalogue=(14,),
        reason=reasons.INVALID_CONFIG,
        exit_code=ExitCode.DATA,
        patterns=(r"KeyError: 'mask_predictions'",),
        message="number_of_stages is 3, but the model has no mask head.",
        what="number_of_stages: 3 requires masks that the model does not predict.",
        why="The trainer fails when it traces the first step.",
        fix="Add mask_prediction to the second stage box predictor, or set number_of_stages: 2.",
    ),
    Failure(
        code="config/all-checkpoint-vars-unsupported",
        catalogue=(15,),
        reason=reasons.INVALID_CONFIG,
        exit_code=ExitCode.DATA,
        patterns=(r"load_all_detection_checkpoint_vars unsupported in TF2",),
        message="load_all_detection_checkpoint_vars is set, which TF2 does not support.",
        fix='Remove it; fine_tune_checkpoint_type: "full" restores everything.',
    ),
    Failure(
        code="config/num-steps-unset",
        catalogue=(16,),
        reason=reasons.INVALID_CONFIG,
        exit_code=ExitCode.DATA,
        patterns=(r"'NoneType' object cannot be interpreted as an integer",),
        message="num_steps is 0, and no flag sets the number of steps.",
        fix="Set train_config.num_steps, or pass --num_train_steps.",
    ),
    Failure(
        code="config/invalid-batch-size",
        catalogue=(55,),
        reason=reasons.INVALID_CONFIG,
        exit_code=ExitCode.DATA,
        patterns=(r"`?global_batch_size`? (?P<batch>\d{1,9}+) is not divisible by `?num_replicas_in_sync`? (?P<gpus>\d{1,9}+)",),
        message="The batch of {batch} cannot be split evenly across {gpus} GPUs.",
        fix="Set batch_size to a multiple of the number of GPUs.",
    ),
    Failure(
        code="config/batch-size-zero",
        catalogue=(55,),
        reason=reasons.INVALID_CONFIG,
        exit_code=ExitCode.DATA,
        patterns=(r"Argument `axis` = 0 not in range \[0, 0\)",),
        message="batch_size is 0.",
        what="train_config.batch_size is 0 or not set.",
        why="The trainer does not batch the input then, and the model fails on it.",
        fix="Set train_config.batch_size to at least 1.",
    ),
    Failure(
        code="config/unknown-input-type",
        catalogue=(36,),
        reason=reasons.INVALID_CONFIG,
        exit_code=ExitCode.DATA,
        patterns=(r"Unsupported input_type in config",),
        message="input_type of the input reader is 0.",
        fix="Set input_type: TF_EXAMPLE, or remove the field.",
    ),
    Failure(
        code="config/invalid-sampling-weights",
        catalogue=(39,),
        reason=reasons.INVALID_CONFIG,
        exit_code=ExitCode.DATA,
        patterns=(r'can only concatenate str \(not "\w{1,100}+"\) to str',),
        message="sample_from_datasets_weights does not have exactly one weight for each input_path.",
        fix="Set one weight for each path.",
    ),
    Failure(
        code="config/invalid-augmentation",
        catalogue=(12,),
        reason=reasons.INVALID_CONFIG,
        exit_code=ExitCode.DATA,
        patterns=(
            r"(?P<detail>NameError: name '\w{1,200}+' is not defined)[\s\S]{0,10}$",
            r"preprocessor\.py[\s\S]{0,2000}?(?P<detail>TypeError: [^\n]{1,500}+)",
        ),
        message="A data augmentation option does not run: {detail}.",
        fix="Remove the option, or set all of its fields.",
    ),
)
