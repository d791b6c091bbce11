"""The chain of checks that read metadata, in the order in which they are asked: what is read first comes first."""

from __future__ import annotations

from detector_trainer.validation.checks.checkpoint import (
    corrupt,
    not_checked_remote,
    not_found,
    path_form,
    shape_mismatch,
    tf1,
    type_mismatch,
    version,
)
from detector_trainer.validation.checks.checkpoint import unreadable as checkpoint_unreadable
from detector_trainer.validation.checks.config import (
    additional_channels,
    all_checkpoint_vars,
    anchors,
    augmentation,
    batch_size,
    context_features,
    control_character,
    duplicate_field,
    extractor_options,
    feature_maps,
    gray_images,
    ignored_field,
    image_resizer,
    image_size,
    incomplete_model,
    input_reader,
    input_type,
    keypoint_label_map,
    learning_rate,
    learning_rate_ends_early,
    learning_rate_high,
    loss_weight,
    model_options,
    multiclass_scores,
    no_model,
    not_a_number,
    not_loaded,
    num_classes_unset,
    num_steps_unset,
    optimizer,
    sampling_weights,
    second_stage_batch,
    syntax,
    unknown_extractor,
    unusable_extractor,
)
from detector_trainer.validation.checks.config import unreadable as config_unreadable
from detector_trainer.validation.checks.label_map import duplicate as label_map_duplicate
from detector_trainer.validation.checks.label_map import empty as label_map_empty
from detector_trainer.validation.checks.label_map import id_above_num_classes, negative_id, reserved_id
from detector_trainer.validation.checks.label_map import syntax as label_map_syntax
from detector_trainer.validation.checks.label_map import unreadable as label_map_unreadable
from detector_trainer.validation.checks.records import no_file, no_input_path
from detector_trainer.validation.checks.records import not_checked_remote as records_not_checked_remote
from detector_trainer.validation.checks.run import (
    already_at_last_step,
    model_dir_is_checkpoint_dir,
    model_dir_unusable,
    one_checkpoint_only,
    resume_corrupt,
    resume_from_nowhere,
    resumes,
    resumes_in_part,
    resumes_with_another_optimizer,
)
from detector_trainer.validation.rule import Check

META_CHECKS: tuple[Check, ...] = (
    # The pipeline config.
    config_unreadable,  # it is there, and it is text
    syntax,  # it parses: no field is misspelt
    no_model,  # it has a meta-architecture
    unknown_extractor,  # which TF2 has, with that feature extractor
    unusable_extractor,  # and this Keras builds
    incomplete_model,  # all of whose parts are chosen
    model_options,  # and fit together
    extractor_options,  # the feature extractor takes its options
    feature_maps,  # and there are anchors for what it makes
    anchors,  # of some size
    keypoint_label_map,  # and keypoints have their names
    num_classes_unset,  # it learns classes
    image_resizer,  # images get one size
    image_size,  # that the model takes
    gray_images,  # and the colours
    additional_channels,  # and no more
    context_features,  # and context, if there is any
    batch_size,  # a batch can be shared by the GPUs
    num_steps_unset,  # there is a last step
    optimizer,  # the optimizer is accepted
    learning_rate,  # the schedule is accepted, and gives numbers
    learning_rate_ends_early,  # until the last step
    learning_rate_high,  # and are not far above those of the official config
    loss_weight,  # and the losses are numbers
    not_a_number,  # as is all else
    second_stage_batch,  # enough proposals for the second stage
    augmentation,  # the augmentations are ones that TF2 has, with settings that it takes
    input_reader,  # the records can be read
    input_type,  # the kind of record is known
    sampling_weights,  # a weight for each input
    multiclass_scores,  # the scores that are to be learned are loaded
    not_loaded,  # and so are masks and keypoints
    all_checkpoint_vars,  # nothing of TF1 that TF2 refuses
    ignored_field,  # nothing of TF1 that TF2 ignores
    duplicate_field,  # nothing is said twice
    control_character,  # no path has an escape in it
    # The label map.
    label_map_unreadable,
    label_map_syntax,
    label_map_empty,
    reserved_id,  # 0 is the background
    negative_id,
    label_map_duplicate,  # ids and names are unique
    id_above_num_classes,
    # The files of the records; what is in them is the scan's.
    no_input_path,
    no_file,
    records_not_checked_remote,
    # The fine-tune checkpoint.
    not_found,
    path_form,  # its prefix is given, not a file or folder
    checkpoint_unreadable,
    not_checked_remote,
    tf1,  # it is of TF2
    version,  # and the config says so
    type_mismatch,  # it holds what its type restores
    shape_mismatch,  # in the shapes of the model, and so does the one to resume
    corrupt,  # every tensor's bytes are sound
    # The run.
    model_dir_unusable,
    model_dir_is_checkpoint_dir,
    resume_from_nowhere,  # the checkpoint to resume is there
    resume_corrupt,  # and sound
    already_at_last_step,  # and there is something left to do
    resumes,
    resumes_in_part,  # with all variables of the model
    resumes_with_another_optimizer,  # with the momentums that it left
    one_checkpoint_only,  # a crash does not lose everything
)
