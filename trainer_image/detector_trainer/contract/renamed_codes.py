"""Maps the codes that were renamed in release 0.2.0 to their new names.

`--ignore`, `spec.validation.ignore` and `explain` accept an old code until release 0.3.0; they show the new one in a notice.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

RENAMED: Final[dict[str, str]] = {
    "checkpoint/path-form": "checkpoint/not-a-prefix",
    "checkpoint/tf1": "checkpoint/written-by-tf1",
    "checkpoint/version": "checkpoint/version-not-v2",
    "config/additional-channels": "config/additional-channels-unsupported",
    "config/all-checkpoint-vars": "config/all-checkpoint-vars-unsupported",
    "config/anchors": "config/anchor-not-positive",
    "config/augmentation": "config/invalid-augmentation",
    "config/batch-size": "config/invalid-batch-size",
    "config/context-features": "config/invalid-context-features",
    "config/control-character": "config/control-character-in-path",
    "config/extractor-options": "config/invalid-extractor-options",
    "config/feature-maps": "config/feature-map-mismatch",
    "config/gray-images": "config/grayscale-unsupported",
    "config/image-resizer": "config/invalid-image-resizer",
    "config/image-size": "config/unsupported-image-size",
    "config/input-reader": "config/invalid-input-reader",
    "config/input-type": "config/unknown-input-type",
    "config/keypoint-label-map": "config/invalid-keypoint-label-map",
    "config/learning-rate": "config/invalid-learning-rate",
    "config/loss-weight": "config/invalid-loss-weight",
    "config/model-options": "config/invalid-model-options",
    "config/multiclass-scores": "config/multiclass-scores-not-loaded",
    "config/optimizer": "config/invalid-optimizer",
    "config/sampling-weights": "config/invalid-sampling-weights",
    "config/second-stage-batch": "config/second-stage-batch-too-large",
    "config/syntax": "config/syntax-error",
    "label-map/syntax": "label-map/syntax-error",
    "records/additional-channels": "records/invalid-additional-channel",
    "records/context-features": "records/invalid-context-features",
    "records/dense-poses": "records/invalid-dense-poses",
    "records/keypoint-count": "records/keypoint-count-mismatch",
    "records/mask-count": "records/mask-count-mismatch",
    "records/multiclass-scores": "records/multiclass-scores-mismatch",
    "records/sequence-examples": "records/sequence-examples-not-checked",
    "run/resumes": "run/resumes-existing-checkpoint",
}


def current_code(code: str) -> str:
    """Return the present name of a code; a code that was not renamed is returned unchanged."""
    return RENAMED.get(code, code)


def rename_notices(codes: Iterable[str]) -> list[str]:
    """Return a sentence for each code that was renamed, in the order of `codes`."""
    return [f"{code} is now {RENAMED[code]}; the old code is accepted until release 0.3.0." for code in codes if code in RENAMED]
