"""Formats a report for people: findings, errors first, and a summary line."""

from __future__ import annotations

from detector_trainer.contract import Finding, Report, Severity, Verdict

STYLES = {Severity.ERROR: "1;31", Severity.WARNING: "1;33", Severity.INFO: "1;36"}
VERDICTS = {Verdict.PASS: ("PASS", "1;32"), Verdict.REJECT: ("REJECT", "1;31")}


def render(report: Report, *, colour: bool) -> str:
    """Return the text, without a final newline."""
    rank = list(Severity)
    ordered = sorted(report.findings, key=lambda finding: rank.index(finding.severity))
    blocks = [_block(finding, colour) for finding in ordered]
    return "\n\n".join([*blocks, _summary(report, colour)])


def _block(finding: Finding, colour: bool) -> str:
    times = f"  ({finding.count} times)" if finding.count > 1 else ""
    lines = [f"{_paint(finding.severity.value, STYLES[finding.severity], colour)} {_paint(finding.code, '1', colour)}{times}"]
    place = str(finding.where)
    if place:
        lines.append(f"  at   {place}")
    lines.append(f"  what {finding.message}")
    lines.append(f"  fix  {finding.hint}")
    return "\n".join(lines)


def _summary(report: Report, colour: bool) -> str:
    word, style = VERDICTS[report.verdict]
    counts = ", ".join(
        f"{number} {name}{'s' * (number != 1)}"
        for number, name in ((report.errors, "error"), (report.warnings, "warning"))
        if number
    )
    seen = ", ".join(f"{report.stats[name]:,} {name}" for name in ("records", "images", "boxes") if name in report.stats)
    parts = [part for part in (counts or "no problem found", seen, f"{report.duration_seconds:.2f} s") if part]
    return f"{_paint(word, style, colour)}  {' · '.join(parts)}"


def _paint(text: str, style: str, colour: bool) -> str:
    return f"\x1b[{style}m{text}\x1b[0m" if colour else text
