"""The termination message: the JSON a container leaves behind, at most 4096 bytes of it (a limit of the kubelet)."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

from pydantic import Field

from detector_trainer.contract.findings import Contract, Count, Finding, Report, Severity, Verdict
from detector_trainer.contract.shortened import ELLIPSIS, shortened

MAX_BYTES = 4096


class ValidationSummary(Contract):
    """The part of a report that fits: the counts and the first findings."""

    verdict: Verdict
    errors: Count = 0
    warnings: Count = 0
    records: Count | None = None
    images: Count | None = None
    boxes: Count | None = None
    duration_seconds: Annotated[float, Field(ge=0, allow_inf_nan=False)] = 0.0
    inputs_fingerprint: str | None = None
    """Of config, label map, training records and checkpoint; `preflight --fingerprint` compares it with the current inputs."""
    findings: list[Finding] = []
    report_path: str | None = None

    @classmethod
    def of(cls, report: Report, *, report_path: str | None = None, most: int = 20) -> ValidationSummary:
        """Summarise a report, with its first `most` findings, errors before warnings before the rest."""
        rank = list(Severity)
        ordered = sorted(report.findings, key=lambda finding: rank.index(finding.severity))
        stats = report.stats
        return cls(
            verdict=report.verdict,
            errors=report.errors,
            warnings=report.warnings,
            records=stats.get("records"),
            images=stats.get("images"),
            boxes=stats.get("boxes"),
            duration_seconds=report.duration_seconds,
            inputs_fingerprint=stats.get("inputsFingerprint"),
            findings=ordered[:most],
            report_path=report_path,
        )


class TerminationMessage(Contract):
    """The result of a container, as it reports it."""

    reason: str
    """CamelCase, from `reasons`."""
    message: str
    """What happened, with file, record, step."""
    hint: str = ""
    """What to do about it."""
    step: Count | None = None
    """Last step the trainer completed."""
    last_checkpoint: str | None = None
    """Prefix of the newest complete checkpoint, for example `/models/pets/ckpt-3`."""
    last_checkpoint_step: Count | None = None
    traceback: str = ""
    """The end of the traceback, where there is one."""
    validation: ValidationSummary | None = None

    def to_bytes(self) -> bytes:
        """Return UTF-8 JSON of at most 4096 bytes, shortened if necessary in the order traceback, findings, message, hint."""
        for candidate in self._shortened_candidates():
            data = candidate.model_dump_json(by_alias=True, exclude_none=True).encode()
            if len(data) <= MAX_BYTES:
                return data
        raise AssertionError("a message without text fits")

    def write(self, path: str | Path) -> None:
        """Write the message to the path that the kubelet reads (`terminationMessagePath`).

        Raises:
            OSError: the path cannot be written.
        """
        Path(path).write_bytes(self.to_bytes())

    def _shortened_candidates(self) -> Iterable[TerminationMessage]:
        yield self
        text, summary = self, self.validation
        for length in (2000, 1000, 500, 200, 0):
            text = text.model_copy(update={"traceback": _tail(self.traceback, length)})
            yield text
        if summary is not None:
            for most in range(len(summary.findings) - 1, -1, -1):
                text = text.model_copy(update={"validation": summary.model_copy(update={"findings": summary.findings[:most]})})
                yield text
        for length in (1000, 500, 250, 100, 20):
            yield text.model_copy(
                update={
                    "reason": self.reason[:100],
                    "message": shortened(self.message, length),
                    "hint": shortened(self.hint, length),
                    "last_checkpoint": shortened(self.last_checkpoint, length) if self.last_checkpoint else None,
                    "validation": None if length < 250 else text.validation,
                }
            )


def _tail(text: str, length: int) -> str:
    return text if len(text) <= length else (ELLIPSIS + text[len(text) - length + 1 :] if length else "")
