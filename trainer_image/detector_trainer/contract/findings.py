"""Findings and the report of a validation: what `validate --format json` prints."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any, Final

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from detector_trainer.contract.shortened import ELLIPSIS

__all__ = ["Contract", "Count", "Finding", "Report", "Severity", "Verdict", "Where"]


LARGEST: Final = 2**53
"""Numbers from here on are not exact in JSON, and Kubernetes rejects larger ones: a log may contain anything."""
Count = Annotated[int, Field(ge=0, lt=LARGEST)]


def at_most(length: int) -> AfterValidator:
    """Return a validator that cuts a longer text in its middle: a message may quote a name of megabytes before the problem."""

    def cut(text: str) -> str:
        if len(text) <= length:
            return text
        end = (length - 1) // 3
        return f"{text[: length - 1 - end]}{ELLIPSIS}{text[len(text) - end :]}"

    return AfterValidator(cut)


Text = Annotated[str, at_most(2048)]
"""A text of a finding, of at most so many characters."""
FileName = Annotated[str, at_most(4096)]
"""No file name on Linux is longer."""
Name = Annotated[str, at_most(512)]


class Contract(BaseModel):
    """Base of every model that passes between processes: camelCase outside, unknown fields ignored (newer peers add some)."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, frozen=True, extra="ignore")


class Severity(StrEnum):
    """What a finding means for the training."""

    ERROR = "error"
    """It will fail, or the training would be useless: it is rejected."""
    WARNING = "warning"
    """It will train, but worse or differently than intended."""
    INFO = "info"
    """Worth knowing."""


class Verdict(StrEnum):
    """The result of a validation: pass if the training will train."""

    PASS = "pass"
    REJECT = "reject"


class Where(Contract):
    """The location of a finding. Fields that do not apply are None."""

    file: FileName | None = None
    """Path as the user wrote it, or the shard a glob resolved to."""
    line: int | None = None
    """1-based line of a text file."""
    record: int | None = None
    """0-based index of a record in its file, as tf.data counts."""
    field: Name | None = None
    """Path of a proto field (`train_config.batch_size`), an Example feature (`image/object/bbox/xmin`) or a flag."""

    def __str__(self) -> str:
        """Format the location: `pets.record, record 3, image/encoded`; empty if no field is set."""
        place = f"{self.file or ''}{f':{self.line}' if self.line is not None else ''}"
        record = f"record {self.record}" if self.record is not None else ""
        return ", ".join(part for part in (place, record, self.field or "") if part)


class Finding(Contract):
    """One problem of the inputs of a training, or a fact worth knowing."""

    code: Name
    """`area/what-is-wrong`, for example `records/box-min-exceeds-max`; see `detector-training explain CODE`."""
    severity: Severity
    message: Text
    """What is wrong, with the values: one or two sentences."""
    hint: Text
    """What to do about it."""
    where: Where = Where()
    count: Annotated[int, Field(ge=1, lt=LARGEST)] = 1
    """How often it was found; `where` is the first location."""


class Report(Contract):
    """The outcome of a validation."""

    verdict: Verdict
    findings: list[Finding]
    stats: dict[str, Any]
    """Numbers about the inputs: records, images, boxes, bytes, classes … (keys are camelCase), and two hashes:
    `inputsFingerprint`, which `preflight` computes again, and `recordsChecksum`, of every byte of every record."""
    duration_seconds: float

    @property
    def errors(self) -> int:
        """How many findings reject the training."""
        return sum(finding.severity is Severity.ERROR for finding in self.findings)

    @property
    def warnings(self) -> int:
        """How many findings are warnings."""
        return sum(finding.severity is Severity.WARNING for finding in self.findings)
