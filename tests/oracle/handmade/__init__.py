"""One case for each entry of the catalogue of failures that can be judged here, what must not be rejected, and what was learned since.

A module for each subject, by what its cases change; what the generator finds is kept with its subject.
"""

from __future__ import annotations

from oracle.handmade.augmentations import AUGMENTATIONS
from oracle.handmade.checkpoints import CHECKPOINTS
from oracle.handmade.config_texts import CONFIG_TEXTS
from oracle.handmade.extractors import BACKBONES, CHANNELS, EXTRACTORS, OF_EFFICIENTDET, UNKNOWN_TYPES
from oracle.handmade.feature_maps import ANCHOR_SIZES, FEATURE_MAPS, LEVELS_OF_EFFICIENTDET, LEVELS_OF_RETINANET
from oracle.handmade.image_resizers import COLOURS, ODD_SIZES, RESIZERS, SIZES
from oracle.handmade.images import IMAGES
from oracle.handmade.incomplete_models import PARTS_OF_A_MODEL, PARTS_OF_OTHERS, WITHOUT_PARTS
from oracle.handmade.input_readers import INPUT_READERS, LOADED, READER_SIZES
from oracle.handmade.label_maps import KEYPOINT_MAPS, LABEL_MAPS
from oracle.handmade.learning_rates import LEARNING_RATES
from oracle.handmade.loaded_features import (
    BOX_WEIGHTS,
    CHANNEL_IMAGES,
    CONTEXT_OPTIONS,
    DENSE_POSES,
    FLIPPED_POSES,
    GRAY_MASKS,
    IN_CONTEXT,
    LEARNED_KEYPOINTS,
    MEANS_OF_CHANNELS,
    MORE_CHANNELS,
    OF_ANOTHER_CAUSE,
    SCORED,
)
from oracle.handmade.loss_weights import WEIGHTS
from oracle.handmade.model_options import AS_THEY_ARE, CENTER_NETS, MODELS, TOLD_BY_DEEP
from oracle.handmade.records import RECORDS
from oracle.handmade.row import Row
from oracle.handmade.training import NOT_NUMBERS, OPTIMIZERS, TRAINING, UNPADDED

__all__ = [
    "ANCHOR_SIZES",
    "AUGMENTATIONS",
    "BACKBONES",
    "BOX_WEIGHTS",
    "CENTER_NETS",
    "CHANNELS",
    "CHANNEL_IMAGES",
    "COLOURS",
    "CONTEXT_OPTIONS",
    "DENSE_POSES",
    "EXTRACTORS",
    "FEATURE_MAPS",
    "FLIPPED_POSES",
    "GRAY_MASKS",
    "IN_CONTEXT",
    "KEYPOINT_MAPS",
    "LEARNED_KEYPOINTS",
    "LEVELS_OF_EFFICIENTDET",
    "LEVELS_OF_RETINANET",
    "LOADED",
    "MEANS_OF_CHANNELS",
    "MODELS",
    "MORE_CHANNELS",
    "NOT_NUMBERS",
    "ODD_SIZES",
    "OF_EFFICIENTDET",
    "OPTIMIZERS",
    "PARTS_OF_A_MODEL",
    "PARTS_OF_OTHERS",
    "READER_SIZES",
    "ROWS",
    "SCORED",
    "SIZES",
    "UNPADDED",
    "WEIGHTS",
    "Row",
]

ROWS = (
    *CONFIG_TEXTS,
    *TRAINING,
    *UNPADDED,
    *OPTIMIZERS,
    *NOT_NUMBERS,
    *LEARNING_RATES,
    *INPUT_READERS,
    *READER_SIZES,
    *LOADED,
    *LABEL_MAPS,
    *KEYPOINT_MAPS,
    *RECORDS,
    *IMAGES,
    *BOX_WEIGHTS,
    *CHANNEL_IMAGES,
    *CONTEXT_OPTIONS,
    *DENSE_POSES,
    *FLIPPED_POSES,
    *GRAY_MASKS,
    *IN_CONTEXT,
    *LEARNED_KEYPOINTS,
    *MEANS_OF_CHANNELS,
    *MORE_CHANNELS,
    *SCORED,
    *OF_ANOTHER_CAUSE,
    *CHECKPOINTS,
    *AUGMENTATIONS,
    *AS_THEY_ARE,
    *WITHOUT_PARTS,
    *PARTS_OF_OTHERS,
    *MODELS,
    *CENTER_NETS,
    *TOLD_BY_DEEP,
    *WEIGHTS,
    *UNKNOWN_TYPES,
    *EXTRACTORS,
    *OF_EFFICIENTDET,
    *BACKBONES,
    *CHANNELS,
    *FEATURE_MAPS,
    *ANCHOR_SIZES,
    *LEVELS_OF_EFFICIENTDET,
    *LEVELS_OF_RETINANET,
    *RESIZERS,
    *SIZES,
    *ODD_SIZES,
    *COLOURS,
)
