"""The number or length of context features does not match the record or the model."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from detector_trainer.contract import Severity
from detector_trainer.records.chunk import Chunk
from detector_trainer.records.reader_settings import ReaderSettings
from detector_trainer.records.schema import CONTEXT, CONTEXT_LENGTH
from detector_trainer.records.tally import Hit
from detector_trainer.validation.rule import Cost, Rule

RULE = Rule(
    code="records/invalid-context-features",
    severity=Severity.ERROR,
    cost=Cost.SCAN,
    silent_impact=(
        "worse, a warning, where features are longer, shorter or more than the model's context_config specifies: they are cut or "
        "padded; useless where one is nan: the loss is nan"
    ),
    verified_by=("tests/oracle/test_recorded.py",),
    what="A record's context_features are not a whole number of features of context_feature_length, or are not finite.",
    why='The trainer fails with "Input to reshape" or "Only one input size may be -1" when it reads the record.',
    fix="Write the context features one after the other, each with context_feature_length values.",
)


def check(chunk: Chunk, settings: ReaderSettings) -> Iterator[Hit]:
    """Yield a hit for each such record."""
    if settings.context is None:
        return
    most, length = settings.context
    for index in np.flatnonzero(chunk.parsed).tolist():
        values, (written,) = chunk.values(CONTEXT, index), chunk.values(CONTEXT_LENGTH, index).tolist()
        count = len(values)
        if written < 0 or (count % written if written else count):
            yield Hit(
                chunk.file, f"{count} values are not a multiple of the feature length {written}.", chunk.first + index, CONTEXT
            )
        elif not np.isfinite(values).all():
            yield Hit(chunk.file, "A context feature is not finite.", chunk.first + index, CONTEXT)
        elif count and written != length:
            detail = f"Context features have {written} values, but the model expects {length}."
            yield Hit(chunk.file, detail, chunk.first + index, CONTEXT_LENGTH, severity=Severity.WARNING)
        elif count > most * length:
            detail = f"{count // written} context features, but the model expects {most}."
            yield Hit(chunk.file, detail, chunk.first + index, CONTEXT, severity=Severity.WARNING)
