"""Failures because of the record files and their records."""

from __future__ import annotations

from detector_trainer.contract import ExitCode, reasons
from detector_trainer.failures.failure import Failure

FAILURES = (
    Failure(
        code="records/no-file",
        catalogue=(6,),
        reason=reasons.DATA_ERROR,
        exit_code=ExitCode.DATA,
        patterns=(r"Did not find any input files matching the glob pattern (?P<pattern>\[[^\]]{0,1000}+\]?\]?)",),
        message="No file matches input_path {pattern}.",
        fix="Fix the path; a relative path starts at the trainer's working directory.",
    ),
    Failure(
        code="records/unreadable-file",
        catalogue=(6,),
        reason=reasons.DATA_ERROR,
        exit_code=ExitCode.DATA,
        patterns=(
            r"FailedPreconditionError: (?:\{\{[^{}\n]{1,300}+\}\} ?)?(?P<path>[^\s;]{1,1000}+); Is a directory",
            r"FailedPreconditionError[^\n]{0,1000}?; Is a directory",
        ),
        message="A record path is a directory, not a file: {path}",
        fix="Set input_path to record files; dir/* matches the files in a directory.",
    ),
    Failure(
        code="records/truncated",
        catalogue=(24,),
        reason=reasons.DATA_ERROR,
        exit_code=ExitCode.DATA,
        patterns=(r"truncated record at (?P<offset>\d{1,20}+)",),
        message="A record file is truncated: the record at byte {offset} is incomplete.",
        fix="Create or copy the file again; `detector-training validate` names the file.",
    ),
    Failure(
        code="records/corrupt",
        catalogue=(24,),
        reason=reasons.DATA_ERROR,
        exit_code=ExitCode.DATA,
        patterns=(r"corrupted record at (?P<offset>\d{1,20}+)",),
        message="A record file is damaged, or not a TFRecord file: the checksum at byte {offset} does not match.",
        fix="Create or copy the file again, without compression; `detector-training validate` names the file.",
    ),
    Failure(
        code="records/unknown-image-format",
        catalogue=(33,),
        reason=reasons.DATA_ERROR,
        exit_code=ExitCode.DATA,
        patterns=(r"Unknown image file format\. One of JPEG, PNG, GIF, BMP(?:, WEBP)? required",),
        message="An image is not a JPEG, PNG or BMP.",
        fix="`detector-training validate` names the record; write the bytes of the image file into image/encoded.",
    ),
    Failure(
        code="records/broken-image",
        catalogue=(33,),
        reason=reasons.DATA_ERROR,
        exit_code=ExitCode.DATA,
        patterns=(
            r"jpeg::Uncompress failed",
            r"Invalid (?:PNG|JPEG) data",
            r"Invalid PNG\.",
        ),
        message="An image is damaged or truncated.",
        fix="`detector-training validate` names the record; create it again from an undamaged file.",
    ),
    Failure(
        code="records/four-dimensional-image",
        catalogue=(33,),
        reason=reasons.DATA_ERROR,
        exit_code=ExitCode.DATA,
        patterns=(
            r"input must be 4-dimensional",
            r"image_size must contain 3 elements\[4\]",
        ),
        message="An image decodes to four dimensions: a GIF, a WebP, or image/format is `raw`.",
        fix="Convert the images to JPEG or PNG; `detector-training validate` names the record.",
    ),
    Failure(
        code="records/missing-image",
        catalogue=(26, 36),
        reason=reasons.DATA_ERROR,
        exit_code=ExitCode.DATA,
        patterns=(
            r"Input is empty\.",
            r"Feature list 'image/encoded' is required",
        ),
        message="A record has no image/encoded, or is of the other kind (Example, SequenceExample).",
        fix="`detector-training validate` names the record; input_type has to match the records.",
    ),
    Failure(
        code="records/wrong-type",
        catalogue=(27,),
        reason=reasons.DATA_ERROR,
        exit_code=ExitCode.DATA,
        patterns=(
            (
                r"Key: (?P<key>[\w/]{1,200}+)\.\s{1,8}+Data types don't match\.\s{1,8}+"
                r"Expected type: (?P<expected>\w{1,30}+), Actual type: (?P<actual>\w{1,30}+)"
            ),
            (
                r"Key: (?P<key>[\w/]{1,200}+)\.\s{1,8}+Data types don't match\. "
                r"Data type: (?P<actual>\w{1,30}+) but expected type: (?P<expected>\w{1,30}+)"
            ),
        ),
        message="{key} is {actual}, but the trainer expects {expected}.",
        fix="Write boxes as float_list, labels as int64_list, texts and images as bytes_list.",
    ),
    Failure(
        code="records/multi-value-scalar",
        catalogue=(27,),
        reason=reasons.DATA_ERROR,
        exit_code=ExitCode.DATA,
        patterns=(
            r"Key: (?P<key>[\w/]{1,200}+)\.\s{1,8}+Can't parse serialized Example",
            r"Key: (?P<key>[\w/]{1,200}+)\.\s{1,8}+Number of \w{1,30}+ values != expected",
        ),
        message="{key} does not have exactly one value.",
        fix="Write one value, or omit the feature.",
    ),
    Failure(
        code="records/unequal-lengths",
        catalogue=(28, 35),
        reason=reasons.DATA_ERROR,
        exit_code=ExitCode.DATA,
        patterns=(
            r"ConcatOp : Dimension \d{1,9}+ in both shapes must be equal",
            r"indices\[\d{1,20}+\] = \d{1,20}+ is not in \[0, \d{1,20}+\)",
        ),
        message="The features of the boxes of a record have different numbers of values (sides, classes, masks or keypoints).",
        fix="`detector-training validate` names the record and the feature.",
    ),
    Failure(
        code="records/box-min-exceeds-max",
        catalogue=(30,),
        reason=reasons.DATA_ERROR,
        exit_code=ExitCode.DATA,
        patterns=(
            r"assertion failed: \[\[(?P<low>[\d.eE+-]{1,30}+)[^\]]{0,2000}+\][\s\S]{0,100}?\[\[(?P<high>[\d.eE+-]{1,30}+)",
        ),
        message="A box has a minimum above its maximum: {low} > {high}.",
        fix="Swap the two values when you create the records; `detector-training validate` names the record.",
    ),
    Failure(
        code="records/boxes-in-pixels",
        catalogue=(31,),
        reason=reasons.DATA_ERROR,
        exit_code=ExitCode.DATA,
        patterns=(r"maximum box coordinate value is larger than (?P<limit>[\d.]{1,30}+)",),
        message="A box has a coordinate above {limit}, usually because the coordinates are in pixels.",
        fix="Divide x by the width and y by the height of the image; `detector-training validate` names the record.",
    ),
)
