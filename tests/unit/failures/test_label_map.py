"""Messages of the trainer about the label map are classified."""

from __future__ import annotations

import pytest

from detector_trainer.failures import label_map
from support.classified import Message, assert_classified, unmatched_patterns

MESSAGES = [
    Message("ValueError: Label map id 0 is reserved for the background label", "label-map/reserved-id", "An item of the label map has id 0, or no id."),
    Message("ValueError: Label map ids should be >= 0.", "label-map/negative-id", "An item of the label map has a negative id."),
    Message("TypeError: memoryview: a bytes-like object is required, not 'str'", "label-map/syntax-error", "The label map does not parse."),
    Message("  File \"/lib/object_detection/utils/label_map_util.py\", line 168, in load_labelmap\n    label_map.ParseFromString(text)\ngoogle.protobuf.message.DecodeError: Error parsing message", "label-map/syntax-error", "The label map does not parse."),
    Message("  File \"/lib/object_detection/utils/label_map_util.py\", line 168, in load_labelmap\n    merge(text)\nParseError: 1:1 : expected a name", "label-map/syntax-error", "The label map does not parse."),
    Message("tensorflow.python.framework.errors_impl.NotFoundError: /data/map.pbtxt; No such file or directory", "label-map/unreadable", "The label map is missing, empty, or not UTF-8."),
    Message("  File \"/lib/object_detection/utils/label_map_util.py\", line 166, in load_labelmap\n    text = file.read()\nUnicodeDecodeError: 'utf-8' codec can't decode byte 0xff in position 0", "label-map/unreadable", "The label map is missing, empty, or not UTF-8."),
    Message("NotFoundError: Could not find device for node: {{node HashTableV2}} = HashTableV2[container=\"\"]", "label-map/unreadable", "The label map is missing, empty, or not UTF-8."),
]  # fmt: skip


@pytest.mark.parametrize("message", MESSAGES, ids=str)
def test_a_message_of_the_trainer_is_classified(message: Message):
    assert_classified(message)


def test_each_pattern_has_a_message():
    assert unmatched_patterns(label_map.FAILURES, MESSAGES) == []
