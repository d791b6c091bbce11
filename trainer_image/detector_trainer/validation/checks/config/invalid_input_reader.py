"""A size of an input reader is 0, but TensorFlow requires a positive number (builders/dataset_builder.py)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from detector_trainer.contract import Finding, Severity
from detector_trainer.validation.inputs import Inputs
from detector_trainer.validation.rule import Cost, Rule

if TYPE_CHECKING:
    from detector_trainer.protos.types import InputReader

RULE = Rule(
    code="config/invalid-input-reader",
    severity=Severity.ERROR,
    cost=Cost.META,
    silent_impact="a warning for an eval_input_reader, which the training does not read",
    verified_by=("tests/oracle/test_recorded.py",),
    what="A number of readers, batches or records of an input reader is 0, or max_number_of_boxes is not above 0.",
    why='The trainer fails when it builds the input: "buffer_size must be greater than zero", "`cycle_length` must be > 0".',
    fix="Remove the field: its default is valid.",
)
SIZES = ("num_readers", "read_block_length", "num_parallel_batches")
OF_SHUFFLING = ("shuffle_buffer_size", "filenames_shuffle_buffer_size")


def check(inputs: Inputs) -> Iterator[Finding]:
    """Yield one finding for each field."""
    for reader in (inputs.train, *inputs.evals):
        for name, problem in _wrong(reader.message):
            field = f"{reader.name}.{name}"
            severity = None if reader is inputs.train else Severity.WARNING
            yield RULE.finding(f"{field} is {problem}.", where=inputs.at(field), severity=severity)


def _wrong(reader: InputReader) -> Iterator[tuple[str, str]]:
    for name in (*SIZES, *OF_SHUFFLING) if reader.shuffle else SIZES:
        if getattr(reader, name) == 0:
            yield name, "0; it must be above 0"
    if reader.max_number_of_boxes < 1:
        yield "max_number_of_boxes", f"{reader.max_number_of_boxes}; it must be above 0"
