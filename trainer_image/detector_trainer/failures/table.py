"""The classified failures, in the order in which they are looked for: what cannot be mistaken comes first."""

from __future__ import annotations

from detector_trainer.failures.checkpoint import corrupt as checkpoint_corrupt
from detector_trainer.failures.checkpoint import not_found as checkpoint_not_found
from detector_trainer.failures.checkpoint import shape_mismatch as checkpoint_shape_mismatch
from detector_trainer.failures.checkpoint import tf1 as checkpoint_tf1
from detector_trainer.failures.checkpoint import type_mismatch as checkpoint_type_mismatch
from detector_trainer.failures.checkpoint import unreadable as checkpoint_unreadable
from detector_trainer.failures.checkpoint import version as checkpoint_version
from detector_trainer.failures.config import all_checkpoint_vars as config_all_checkpoint_vars
from detector_trainer.failures.config import augmentation as config_augmentation
from detector_trainer.failures.config import batch_size as config_batch_size
from detector_trainer.failures.config import batch_size_zero as config_batch_size_zero
from detector_trainer.failures.config import image_resizer as config_image_resizer
from detector_trainer.failures.config import input_type as config_input_type
from detector_trainer.failures.config import learning_rate as config_learning_rate
from detector_trainer.failures.config import mask_head_missing as config_mask_head_missing
from detector_trainer.failures.config import mixed_image_sizes as config_mixed_image_sizes
from detector_trainer.failures.config import num_steps_unset as config_num_steps_unset
from detector_trainer.failures.config import sampling_weights as config_sampling_weights
from detector_trainer.failures.config import second_stage_batch as config_second_stage_batch
from detector_trainer.failures.config import syntax as config_syntax
from detector_trainer.failures.config import unknown_extractor as config_unknown_extractor
from detector_trainer.failures.environment import cuda as environment_cuda
from detector_trainer.failures.environment import keras_3 as environment_keras_3
from detector_trainer.failures.environment import missing_module as environment_missing_module
from detector_trainer.failures.environment import protobuf as environment_protobuf
from detector_trainer.failures.environment import tf_slim as environment_tf_slim
from detector_trainer.failures.failure import Failure
from detector_trainer.failures.label_map import negative_id as label_map_negative_id
from detector_trainer.failures.label_map import reserved_id as label_map_reserved_id
from detector_trainer.failures.label_map import syntax as label_map_syntax
from detector_trainer.failures.label_map import unreadable as label_map_unreadable
from detector_trainer.failures.records import box_min_exceeds_max as records_box_min_exceeds_max
from detector_trainer.failures.records import boxes_in_pixels as records_boxes_in_pixels
from detector_trainer.failures.records import broken_image as records_broken_image
from detector_trainer.failures.records import corrupt as records_corrupt
from detector_trainer.failures.records import four_dimensional_image as records_four_dimensional_image
from detector_trainer.failures.records import missing_image as records_missing_image
from detector_trainer.failures.records import multi_value_scalar as records_multi_value_scalar
from detector_trainer.failures.records import no_file as records_no_file
from detector_trainer.failures.records import truncated as records_truncated
from detector_trainer.failures.records import unequal_lengths as records_unequal_lengths
from detector_trainer.failures.records import unknown_image_format as records_unknown_image_format
from detector_trainer.failures.records import unreadable_file as records_unreadable_file
from detector_trainer.failures.records import wrong_type as records_wrong_type
from detector_trainer.failures.resources import gpu_memory as resources_gpu_memory
from detector_trainer.failures.resources import host_memory as resources_host_memory
from detector_trainer.failures.run import model_dir_is_checkpoint_dir as run_model_dir_is_checkpoint_dir
from detector_trainer.failures.run import starved_worker as run_starved_worker
from detector_trainer.failures.storage import disk_full as storage_disk_full
from detector_trainer.failures.storage import io_error as storage_io_error
from detector_trainer.failures.storage import permission_denied as storage_permission_denied

FAILURES: tuple[Failure, ...] = (
    # Environment.
    environment_protobuf.FAILURE,  # the pb2 modules are too old for the protobuf that is installed
    environment_tf_slim.FAILURE,  # tf_slim does not find what newer TensorFlow has moved
    environment_keras_3.FAILURE,  # keras 3 in place of Keras 2
    environment_missing_module.FAILURE,  # a package is missing
    environment_cuda.FAILURE,  # cUDA, cuDNN or the driver does not fit
    # Storage.
    storage_disk_full.FAILURE,  # no space is left
    storage_permission_denied.FAILURE,  # a file may not be read or written
    storage_io_error.FAILURE,  # the storage failed
    # Resources.
    resources_gpu_memory.FAILURE,  # the GPU has too little memory
    resources_host_memory.FAILURE,  # the machine has too little memory
    # Config.
    config_syntax.FAILURE,  # the config does not parse
    config_unknown_extractor.FAILURE,  # a feature extractor that TF2 does not have
    config_learning_rate.FAILURE,  # a learning-rate schedule that contradicts itself
    config_image_resizer.FAILURE,  # an image resizer that is missing or does not fit
    config_mixed_image_sizes.FAILURE,  # images of different sizes in one batch
    config_second_stage_batch.FAILURE,  # second_stage_batch_size is too large
    config_mask_head_missing.FAILURE,  # three stages and no mask head
    config_all_checkpoint_vars.FAILURE,  # a flag of TF1
    config_num_steps_unset.FAILURE,  # no last step
    config_batch_size.FAILURE,  # a batch that the GPUs cannot share
    config_batch_size_zero.FAILURE,  # a batch size of 0
    config_input_type.FAILURE,  # an input type that is not known
    config_sampling_weights.FAILURE,  # weights and paths of different number
    config_augmentation.FAILURE,  # an augmentation that does not run
    # Label map.
    label_map_reserved_id.FAILURE,  # an item with id 0
    label_map_negative_id.FAILURE,  # an item with a negative id
    label_map_syntax.FAILURE,  # the label map does not parse
    label_map_unreadable.FAILURE,  # the label map is missing or empty
    # Records.
    records_no_file.FAILURE,  # no record file
    records_unreadable_file.FAILURE,  # a record path that is a folder
    records_truncated.FAILURE,  # a record file that ends inside a record
    records_corrupt.FAILURE,  # a checksum that does not match
    records_unknown_image_format.FAILURE,  # an image that cannot be decoded
    records_broken_image.FAILURE,  # an image that is damaged
    records_four_dimensional_image.FAILURE,  # a GIF, a WebP or raw pixels
    records_missing_image.FAILURE,  # a record without an image
    records_wrong_type.FAILURE,  # a feature of the wrong kind
    records_multi_value_scalar.FAILURE,  # a scalar with several values
    records_unequal_lengths.FAILURE,  # features of different lengths
    records_box_min_exceeds_max.FAILURE,  # a box whose minimum is above its maximum
    records_boxes_in_pixels.FAILURE,  # box coordinates above 1.1
    # Checkpoint.
    checkpoint_corrupt.FAILURE,  # a checkpoint that is damaged
    checkpoint_not_found.FAILURE,  # no such checkpoint
    checkpoint_tf1.FAILURE,  # a checkpoint of TF1, or a part of one
    checkpoint_unreadable.FAILURE,  # an index that is none
    checkpoint_version.FAILURE,  # version V1
    checkpoint_type_mismatch.FAILURE,  # a type that does not fit the checkpoint
    checkpoint_shape_mismatch.FAILURE,  # variables of other shapes
    # Run.
    run_model_dir_is_checkpoint_dir.FAILURE,  # model_dir is the folder of the checkpoint
    run_starved_worker.FAILURE,  # more workers than record files
)
