"""Which variables a checkpoint has for a model. Against the trainer itself: tests/trainer/test_checkpoints_agree.py."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from google.protobuf import text_format

from detector_trainer.checkpoints import model_signatures
from detector_trainer.checkpoints.compatibility import EXTRACTORS
from detector_trainer.checkpoints.model_signatures import extractor_key, heads_key
from detector_trainer.checkpoints.restore import VALUE, Match, ModelGraph, match
from detector_trainer.protos import message_class
from support.official_configs import OFFICIAL_CONFIGS

Config: Any = message_class("object_detection.protos.TrainEvalPipelineConfig")
ObjectGraph: Any = message_class("tensorflow.TrackableObjectGraph")


def model_of(path: Path) -> Any:
    config = Config()
    text_format.Merge(path.read_text(), config)
    return config.model


def stored(*nodes: dict[str, int] | str) -> Any:
    """An object graph: names and numbers of children, or the key of a variable's value."""
    graph = ObjectGraph()
    for node in nodes:
        added = graph.nodes.add()
        if isinstance(node, str):
            added.attributes.add(name=VALUE, checkpoint_key=node)
        else:
            for name, number in node.items():
                added.children.add(local_name=name, node_id=number)
    return graph


#          0: root      1: layers        2: kernel  3: bias
MODEL = ModelGraph([{"layer": 1}, {"kernel": 2, "bias": 3}, {}, {}], {2: (3, 3), 3: (3,)})


def test_variables_are_found_by_the_names_of_the_objects_on_the_way():
    graph = stored({"layer": 2}, "b", {"bias": 1, "kernel": 3}, "k")
    assert match(MODEL, graph, {"k": (3, 3), "b": (3,)}) == Match(2)


def test_what_is_named_otherwise_is_missing():
    graph = stored({"layer": 2, "step": 1}, "b", {"offset": 1, "kernel": 3}, "k")
    found = match(MODEL, graph, {"k": (3, 3), "b": (3,)})
    assert (found.variables, found.missing, found.complete) == (2, ["layer/bias"], False)
    assert str(found) == "1 of 2 variables is not in the checkpoint: layer/bias."


def test_another_shape_is_told_with_both():
    graph = stored({"layer": 1}, {"kernel": 2, "bias": 3}, "k", "b")
    found = match(MODEL, graph, {"k": (5, 3), "b": (3,)})
    assert found.other_shape == [("layer/kernel", (3, 3), (5, 3))]
    assert "layer/kernel is [3, 3] in the model and [5, 3] in the checkpoint" in str(found)
    assert Match.from_json(found.to_json()) == found


def test_a_variable_without_a_value_in_the_checkpoint_is_missing():
    assert match(MODEL, stored({"layer": 1}, {"kernel": 2, "bias": 2}, "k"), {}).missing == ["layer/kernel", "layer/bias"]
    assert match(MODEL, stored(), {}).missing == ["layer/kernel", "layer/bias"]


def test_objects_that_refer_to_each_other_end_the_walk():
    model = ModelGraph([{"child": 1}, {"parent": 0, "kernel": 2}, {}], {2: ()})
    assert match(model, stored({"child": 1}, {"parent": 0, "kernel": 2}, "k"), {"k": ()}).complete


def test_an_object_of_the_checkpoint_goes_to_the_first_object_that_meets_it():
    """As in TensorFlow: the second name of the same stored object is not followed."""
    model = ModelGraph([{"activation": 1, "weighted": 2}, {}, {"kernel": 3}, {}], {3: ()})
    graph = stored({"activation": 1, "weighted": 1}, {"kernel": 2}, "k")
    assert match(model, graph, {"k": ()}).missing == ["weighted/kernel"]


@pytest.mark.parametrize("path", OFFICIAL_CONFIGS, ids=lambda path: path.stem)
def test_the_variables_of_each_official_model_are_known(path: Path):
    model = model_of(path)
    signature = next(model_signatures.known(model))
    assert signature.architecture == model.WhichOneof("model")
    assert signature.roots["detection"] is not None
    if "_kpts_" not in path.stem:  # whose heads depend on a label map
        assert signature.heads_key == heads_key(model)
        graph = signature.graph("full", model_signatures.numbers(model))
        assert sum(number in graph.shapes for number in graph.paths()) == signature.variables["full"]


def test_num_classes_and_the_depth_of_the_pyramid_enter_the_shapes():
    (path,) = (path for path in OFFICIAL_CONFIGS if "ssd_mobilenet_v2_fpnlite_320" in path.stem)
    model = model_of(path)
    model.ssd.num_classes, model.ssd.feature_extractor.fpn.additional_layer_depth = 7, 56
    graph = next(model_signatures.known(model)).graph("full", model_signatures.numbers(model))
    assert sum(shape == (6 * (7 + 1),) for shape in graph.shapes.values()) == 1  # six anchors, and the background
    assert any(shape[-1] == 56 for shape in graph.shapes.values() if len(shape) == 4)


SAME_VARIABLES = {
    "image size": "ssd { image_resizer { fixed_shape_resizer { height: 64 width: 64 } } }",
    "loss": "ssd { loss { classification_weight: 3 } }",
    "batch norm's decay": "ssd { feature_extractor { conv_hyperparams { batch_norm { decay: 0.5 } } } }",
    "frozen batch norm": "ssd { freeze_batchnorm: true }",
    "classes": "ssd { num_classes: 7 }",
    "anchor sizes": "ssd { anchor_generator { multiscale_anchor_generator { anchor_scale: 2 } } }",
    "a default that is written down": "ssd { feature_extractor { min_depth: 16 } }",
}
OTHER_HEADS = {
    "anchors": "ssd { anchor_generator { multiscale_anchor_generator { scales_per_octave: 3 } } }",
    "depth of the predictor": "ssd { box_predictor { weight_shared_convolutional_box_predictor { depth: 64 } } }",
}
OTHER_EXTRACTOR = {
    "width": "ssd { feature_extractor { depth_multiplier: 0.5 } }",
    "levels": "ssd { feature_extractor { fpn { max_level: 6 } } }",
    "depthwise": "ssd { feature_extractor { use_depthwise: false } }",
    "batch norm's scale": "ssd { feature_extractor { conv_hyperparams { batch_norm { scale: false } } } }",
}


@pytest.mark.parametrize(
    ("change", "same_extractor", "same_heads"),
    [
        *((change, True, True) for change in SAME_VARIABLES.values()),
        *((change, True, False) for change in OTHER_HEADS.values()),
        *((change, False, True) for change in OTHER_EXTRACTOR.values()),
    ],
    ids=[*SAME_VARIABLES, *OTHER_HEADS, *OTHER_EXTRACTOR],
)
def test_models_with_the_same_variables_have_the_same_keys(change: str, same_extractor: bool, same_heads: bool):
    (path,) = (path for path in OFFICIAL_CONFIGS if "ssd_mobilenet_v2_fpnlite_320" in path.stem)
    before, after = model_of(path), model_of(path)
    text_format.Merge(change, after)
    assert (extractor_key(before) == extractor_key(after)) == same_extractor
    assert (heads_key(before) == heads_key(after)) == same_heads


def test_each_architecture_has_signatures():
    assert {signature.architecture for signature in model_signatures.signatures()} == set(EXTRACTORS)
