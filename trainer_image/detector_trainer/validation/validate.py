"""Runs the chain and returns the report."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable
from contextlib import suppress

from detector_trainer.contract import Finding, Report, Severity, Verdict
from detector_trainer.contract.renamed_codes import current_code
from detector_trainer.records.progress import Listener
from detector_trainer.validation.chain import meta_checks, scan_checks
from detector_trainer.validation.fingerprint import survey
from detector_trainer.validation.inputs import Inputs, Unknown


def validate(
    inputs: Inputs,
    *,
    ignore: Collection[str] = (),
    scan: bool = True,
    on_progress: Listener | None = None,
    deep: Callable[[Inputs, dict[str, object]], Iterable[Finding]] | None = None,
) -> Report:
    """Check everything that can be checked without TensorFlow, cheap checks first.

    Args:
        inputs: what to check.
        ignore: codes of findings that do not count: they are still reported, as info. Renamed codes are accepted.
        scan: also read every record.
        on_progress: called from time to time during the scan.
        deep: called last, with the inputs and the report's stats, unless an error was found.

    Returns:
        The report; its verdict is `reject` if any finding is an error.
    """
    started = time.monotonic()
    ignore = {current_code(code) for code in ignore}
    findings: list[Finding] = []
    stats: dict[str, object] = {}
    # Before the checks: `preflight` reports a file that changes from now on.
    with suppress(Unknown):
        stats["inputsFingerprint"] = str(survey(inputs).fingerprint)
    for check in meta_checks():
        try:
            findings += check.check(inputs)
        except Unknown:
            continue
    if scan:
        from detector_trainer.validation.record_scan import scan_records  # imports numpy and the decoders: 0.15 s

        try:
            outcome = scan_records(inputs, scan_checks, on_progress)
            findings += outcome.findings
            stats |= outcome.stats
        except Unknown:
            pass
    if deep is not None and not _rejected(findings, ignore):
        known = {(finding.code, finding.where.file) for finding in findings}
        findings += [finding for finding in deep(inputs, stats) if (finding.code, finding.where.file) not in known]
    findings = [_ignored(finding) if finding.code in ignore else finding for finding in findings]
    return Report(
        verdict=Verdict.REJECT if _rejected(findings) else Verdict.PASS,
        findings=findings,
        stats=stats,
        duration_seconds=round(time.monotonic() - started, 3),
    )


def _rejected(findings: Iterable[Finding], ignore: Collection[str] = ()) -> bool:
    return any(finding.severity is Severity.ERROR and finding.code not in ignore for finding in findings)


def _ignored(finding: Finding) -> Finding:
    return finding.model_copy(update={"severity": Severity.INFO, "message": f"(ignored) {finding.message}"})
