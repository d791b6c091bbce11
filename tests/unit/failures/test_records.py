"""Messages of the trainer about the records are classified."""

from __future__ import annotations

import pytest

from detector_trainer.failures import records
from support.classified import Message, assert_classified, unmatched_patterns

MESSAGES = [
    Message("RuntimeError: Did not find any input files matching the glob pattern ['/data/train.record']", "records/no-file", "No file matches input_path ['/data/train.record']."),
    Message("FailedPreconditionError: {{function_node __wrapped__IteratorGetNext_device_/job:localhost}} /data/train; Is a directory [Op:IteratorGetNext]", "records/unreadable-file", "A record path is a directory, not a file: /data/train"),
    Message("FailedPreconditionError: data/train; Is a directory", "records/unreadable-file", "A record path is a directory, not a file: data/train"),
    Message("FailedPreconditionError: /data/my records; Is a directory", "records/unreadable-file", "A record path is a directory, not a file: ?"),
    Message("DataLossError: truncated record at 812345 [Op:IteratorGetNext]", "records/truncated", "A record file is truncated: the record at byte 812345 is incomplete."),
    Message("DataLossError: corrupted record at 0 (Is this even a TFRecord file?)", "records/corrupt", "A record file is damaged, or not a TFRecord file: the checksum at byte 0 does not match."),
    Message("InvalidArgumentError: Unknown image file format. One of JPEG, PNG, GIF, BMP required.", "records/unknown-image-format", "An image is not a JPEG, PNG or BMP."),
    Message("InvalidArgumentError: Unknown image file format. One of JPEG, PNG, GIF, BMP, WEBP required.", "records/unknown-image-format", "An image is not a JPEG, PNG or BMP."),
    Message("InvalidArgumentError: jpeg::Uncompress failed. Invalid JPEG data or crop window.", "records/broken-image", "An image is damaged or truncated."),
    Message("InvalidArgumentError: Invalid PNG data, size 53253", "records/broken-image", "An image is damaged or truncated."),
    Message("InvalidArgumentError: Invalid JPEG data, size 53253", "records/broken-image", "An image is damaged or truncated."),
    Message("InvalidArgumentError: Invalid PNG. Failed to initialize decoder.", "records/broken-image", "An image is damaged or truncated."),
    Message("InvalidArgumentError: input must be 4-dimensional[1,1,4,4,3]", "records/four-dimensional-image", "An image decodes to four dimensions: a GIF, a WebP, or image/format is `raw`."),
    Message("InvalidArgumentError: image_size must contain 3 elements[4]", "records/four-dimensional-image", "An image decodes to four dimensions: a GIF, a WebP, or image/format is `raw`."),
    Message("InvalidArgumentError: Input is empty.", "records/missing-image", "A record has no image/encoded, or is of the other kind (Example, SequenceExample)."),
    Message("InvalidArgumentError: Name: <unknown>, Feature list 'image/encoded' is required but could not be found.", "records/missing-image", "A record has no image/encoded, or is of the other kind (Example, SequenceExample)."),
    Message("InvalidArgumentError: Key: image/object/bbox/xmin.  Data types don't match. Expected type: float, Actual type: int64", "records/wrong-type", "image/object/bbox/xmin is int64, but the trainer expects float."),
    Message("InvalidArgumentError: Key: image/object/class/label.  Data types don't match. Data type: string but expected type: int64", "records/wrong-type", "image/object/class/label is string, but the trainer expects int64."),
    Message("InvalidArgumentError: Key: image/height.  Can't parse serialized Example.", "records/multi-value-scalar", "image/height does not have exactly one value."),
    Message("InvalidArgumentError: Key: image/width.  Number of int64 values != expected.  Values size: 2 but output shape: []", "records/multi-value-scalar", "image/width does not have exactly one value."),
    Message("InvalidArgumentError: ConcatOp : Dimension 1 in both shapes must be equal", "records/unequal-lengths", "The features of the boxes of a record have different numbers of values (sides, classes, masks or keypoints)."),
    Message("InvalidArgumentError: indices[3] = 3 is not in [0, 3)", "records/unequal-lengths", "The features of the boxes of a record have different numbers of values (sides, classes, masks or keypoints)."),
    Message("assertion failed: [[0.6]] [[0.2]] [Condition x <= y did not hold", "records/box-min-exceeds-max", "A box has a minimum above its maximum: 0.6 > 0.2."),
    Message("InvalidArgumentError: assertion failed: [[0.9][0.1]] [Condition x <= y did not hold element-wise:x (gt:0) = ] [[0.5]]", "records/box-min-exceeds-max", "A box has a minimum above its maximum: 0.9 > 0.5."),
    Message("assertion failed: [maximum box coordinate value is larger than 1.100000: ] [312]", "records/boxes-in-pixels", "A box has a coordinate above 1.100000, usually because the coordinates are in pixels."),
]  # fmt: skip


@pytest.mark.parametrize("message", MESSAGES, ids=str)
def test_a_message_of_the_trainer_is_classified(message: Message):
    assert_classified(message)


def test_each_pattern_has_a_message():
    assert unmatched_patterns(records.FAILURES, MESSAGES) == []
