"""Context features that are not as many, or not as long, as a record says, or as the model takes."""

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
        "worse, a warning, where features are longer, shorter or more than the model's context_config says: they are cut or "
        "padded; worthless where one is nan: so is the loss"
    ),
    verified_by=("tests/oracle/test_recorded.py",),
    what="A record's context_features are no whole number of features of context_feature_length, or are not finite.",
    why='The trainer ends with "Input to reshape" or "Only one input size may be -1" when it draws the record.',
    fix="Write the features of the context one after the other, each of context_feature_length values.",
)


def check(chunk: Chunk, settings: ReaderSettings) -> Iterator[Hit]:
    """A hit for each such record."""
    if settings.context is None:
        return
    most, length = settings.context
    for index in np.flatnonzero(chunk.parsed).tolist():
        values, (written,) = chunk.values(CONTEXT, index), chunk.values(CONTEXT_LENGTH, index).tolist()
        count = len(values)
        if written < 0 or (count % written if written else count):
            yield Hit(chunk.file, f"{count} values of features of {written}.", chunk.first + index, CONTEXT)
        elif not np.isfinite(values).all():
            yield Hit(chunk.file, "A context feature is not finite.", chunk.first + index, CONTEXT)
        elif count and written != length:
            said = f"Context features of {written} values; the model takes those of {length}."
            yield Hit(chunk.file, said, chunk.first + index, CONTEXT_LENGTH, severity=Severity.WARNING)
        elif count > most * length:
            said = f"{count // written} context features; the model takes {most}."
            yield Hit(chunk.file, said, chunk.first + index, CONTEXT, severity=Severity.WARNING)
