"""The input readers: which files they read, how often, and what they load of the records."""

from __future__ import annotations

from oracle.handmade.row import CENTER_NET, INPUT, KEYPOINT_TASK, STAGES, case, config

INPUT_READERS = (
    config("6", "no such input_path", INPUT + "[0]", '"/nowhere/train.record"'),
    case("6", "one of two paths is missing", ["config", INPUT, '"/nowhere/train.record"']),
    config("6", "a folder as input_path", INPUT + "[0]", '"FOLDER"'),  # vocabulary: quoted
    config("6", "no input_path", INPUT, None),
    config("N7", "a pattern", INPUT + "[0]", '"FOLDER/trai?.record"'),
    config("7", "no such label map", "train_input_reader.label_map_path", '"/nowhere/label_map.pbtxt"'),
    config("7", "no label_map_path", "train_input_reader.label_map_path", None),
    config("36", "input_type 0", "train_input_reader.input_type", "INPUT_DEFAULT"),
    config("36", "Examples read as SequenceExamples", "train_input_reader.input_type", "TF_SEQUENCE_EXAMPLE"),
    config("39", "two weights for one path", "train_input_reader.sample_from_datasets_weights", "1", ["config", "train_input_reader.sample_from_datasets_weights", "2"]),
    *(
        case("39", f"weights {' and '.join(weights)}", *([["config", INPUT, "'FOLDER/eval.record'"]] if len(weights) > 1 else []), *(["config", "train_input_reader.sample_from_datasets_weights", weight] for weight in weights))
        for weights in (("0",), ("-1",), ("nan",), ("inf",), ("0.5",), ("0", "0"), ("1", "0"), ("-1", "1"), ("-1", "2"), ("-0.001", "2"), ("-1", "-1"), ("nan", "1"), ("1", "1"))
    ),
    *(config("", f"the source ids too, {base}", "train_input_reader.include_source_id", "true", base=base) for base in ("plain", "CenterNet")),
    config("N9", "one epoch", "train_input_reader.num_epochs", "1"),
    config("N9", "one epoch of fewer records than a batch", "train_input_reader.num_epochs", "1", ["config", "train_config.batch_size", "8"]),
    config("N12", "two eval_input_readers", "eval_input_reader", "{ }"),
    *(
        config("34", f"max_number_of_boxes of 1, {name}", "train_input_reader.max_number_of_boxes", "1", ["config", "train_input_reader.shuffle", shuffled])
        for name, shuffled in (("shuffled", "true"), ("in order", "false"))
    ),
    config("", "no readers of an evaluation", "eval_input_reader[0].num_readers", "0"),
    config("", "one record of five", "train_input_reader.sample_1_of_n_examples", "5"),
)  # fmt: skip

READER_SIZES = (
    *(
        config("", f"{name} of {value}, {'shuffled' if shuffled == 'true' else 'in order'}", f"train_input_reader.{name}", value, ["config", "train_input_reader.shuffle", shuffled])
        for name in ("num_readers", "read_block_length", "num_parallel_batches", "shuffle_buffer_size", "filenames_shuffle_buffer_size", "num_prefetch_batches", "max_number_of_boxes")
        for value in ("0", "1", "-1")
        for shuffled in ("true", "false")
        if value != "-1" or name in ("num_prefetch_batches", "max_number_of_boxes")
        if (name, value) != ("max_number_of_boxes", "1")
    ),
    *(config("", f"max_number_of_boxes of 0, {base}", "train_input_reader.max_number_of_boxes", "0", base=base) for base in ("Faster R-CNN", "CenterNet", "RetinaNet")),
)  # fmt: skip

LOADED = (
    config(
        "14 35",
        "depths of keypoints that are not loaded",
        f"{KEYPOINT_TASK}.predict_depth",
        "true",
        base="CenterNet with keypoints",
    ),
    config("14 35", "context that is not loaded", f"{STAGES}.context_config", "{ }", base="Faster R-CNN"),
    config(
        "14 35",
        "tracks that are not loaded",
        f"{CENTER_NET}.track_estimation_task",
        "{ num_track_ids: 5 classification_loss { weighted_softmax { } } }",
        base="CenterNet",
    ),
    config(
        "14 35",
        "poses that are not loaded",
        f"{CENTER_NET}.densepose_estimation_task",
        "{ loss { localization_loss { l1_localization_loss { } } classification_loss { weighted_softmax { } } } }",
        base="CenterNet with masks",
    ),
    *(
        config(entries, f"{base} that loads none", f"train_input_reader.{setting}", value, base=base)
        for entries, base, setting, value in (
            ("14 35", "Mask R-CNN", "load_instance_masks", "false"),
            ("14 35", "CenterNet with masks", "load_instance_masks", "false"),
            ("14 35", "CenterNet with keypoints", "num_keypoints", "0"),
            ("35", "DeepMAC", "load_instance_masks", "false"),
        )
    ),
    config(
        "N15",
        "two stages with masks that are not loaded",
        f"{STAGES}.number_of_stages",
        "2",
        ["config", "train_input_reader.load_instance_masks", "false"],
        base="Mask R-CNN",
    ),
    config(
        "14 35",
        "masks that weigh nothing and are not loaded",
        f"{STAGES}.second_stage_mask_prediction_loss_weight",
        "0",
        ["config", "train_input_reader.load_instance_masks", "false"],
        base="Mask R-CNN",
    ),
)
"""Masks and keypoints that are learned, and are loaded or not."""
