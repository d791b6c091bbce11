"""Assembles the HTML page of a report."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import zip_longest
from pathlib import Path
from typing import Any

from detector_trainer.contract import Finding, Report, Severity, Verdict
from detector_trainer.report.charts import bars
from detector_trainer.report.gallery import ImageGallery, Training
from detector_trainer.report.markup import count, text
from detector_trainer.validation.inputs import Inputs, Unknown

EACH = 5
"""Findings of one code that are shown."""
AT_ONCE = 30
"""With more findings, all but the first of each code are collapsed."""
VERDICTS = {
    Verdict.PASS: ("pass", "PASS", "It will train."),
    Verdict.REJECT: ("error", "REJECT", "It will not train."),
}
NAMES = {
    Severity.ERROR: ("Errors", "they end the training, or make it useless"),
    Severity.WARNING: ("Warnings", "it trains, but worse or differently than meant"),
    Severity.INFO: ("Worth knowing", ""),
}
# The page fetches nothing and runs nothing, even if markup got into it by mistake.
POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
Group = tuple[Severity, str, list[Finding]]
Record = tuple[str, int]
"""A file and the number of a record in it."""


def render(report: Report, inputs: Inputs) -> str:
    """Return the page, without a final newline. The same report on the same files gives the same page."""
    groups = _groups(report.findings)
    gallery = ImageGallery(inputs)
    shown = [findings[:EACH] for _, _, findings in groups]
    figures = gallery.of_findings(finding for row in zip_longest(*shown) for finding in row if finding)  # the first of each code
    training = gallery.of_training() if report.stats.get("records") else Training()
    first = f"Of the first {count(training.looked_at, 'training record')}." if training.looked_at > 1 else ""
    body = [
        _header(report, inputs),
        _contents(groups),
        *_findings(groups, figures),
        _section("What was read", "", _facts(report, inputs)),
        _classes(report.stats),
        _section("Boxes and images", first, _figures(training.charts, "charts")),
        _section("Training records", "Some of the first, as the trainer reads them.", _figures(training.samples)),
        f"<footer><p>Validated in {report.duration_seconds:.2f} s. What a code means: "
        "<code>detector-training explain CODE</code>.</p></footer>",
    ]
    style = Path(__file__).with_name("style.css").read_text(encoding="utf-8")
    title = f"{VERDICTS[report.verdict][1]}: {inputs.pipeline_config}"
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{text(title)}</title>\n<style>\n{style}</style>\n</head>\n<body>\n"
        + "\n".join(part for part in body if part)
        + "\n</body>\n</html>"
    )


def _groups(findings: Iterable[Finding]) -> list[Group]:
    """Group findings by severity and code, errors first, otherwise in the order of the report."""
    found: dict[tuple[Severity, str], list[Finding]] = {}
    for finding in findings:
        found.setdefault((finding.severity, finding.code), []).append(finding)
    rank = list(Severity)
    return [(*key, found[key]) for key in sorted(found, key=lambda key: rank.index(key[0]))]


def _header(report: Report, inputs: Inputs) -> str:
    style, word, lead = VERDICTS[report.verdict]
    counts = [count(number, name) for number, name in ((report.errors, "error"), (report.warnings, "warning")) if number]
    unread = "" if "records" in report.stats else " The records were not read."
    return (
        f'<header class="verdict {style}"><h1>{word}</h1>\n'
        f"<p>{lead} {', '.join(counts) or 'No problem found'}.{unread}</p>\n"
        f'<p class="soft">{_code(inputs.pipeline_config)}</p></header>'
    )


def _facts(report: Report, inputs: Inputs) -> str:
    stats = report.stats
    seen = [
        count(stats[name], name[:-1] if name != "boxes" else "box") for name in ("records", "images", "boxes") if name in stats
    ]
    rows = {
        "overrides": ", ".join(_code(f"{key}={value}") for key, value in sorted(inputs.overrides.items())),
        "model directory": _code(inputs.model_dir or ""),
        "training records": _patterns(inputs),
        "read": text(", ".join(seen)),
        "for evaluation": count(stats["evalRecords"], "record") if stats.get("evalRecords") else "",
        "smallest image": _size(stats.get("smallestImage")),
        "largest image": _size(stats.get("largestImage")),
        "boxes in an image": f"{stats['maxBoxesPerImage']:,} at most" if stats.get("maxBoxesPerImage") else "",
    }
    shown = "".join(f"<dt>{name}</dt><dd>{value}</dd>" for name, value in rows.items() if value)
    return shown and f"<dl>{shown}</dl>"


def _patterns(inputs: Inputs) -> str:
    try:
        patterns = inputs.train.patterns
    except Unknown:
        return ""
    return "<br>".join(f"{_code(pattern.text)} ({count(len(pattern.files), 'file')})" for pattern in patterns[:10]) + (
        f"<br>and {len(patterns) - 10:,} more" if len(patterns) > 10 else ""
    )


def _size(size: Sequence[int] | None) -> str:
    return f"{size[0]:,} × {size[1]:,} pixels" if size else ""


def _contents(groups: list[Group]) -> str:
    if len(groups) < 3:
        return ""
    lines = "".join(
        f'<li><a href="#group-{index}">{_code(code)}</a> <span class="{severity}">{severity}</span>{_times(findings)}</li>'
        for index, (severity, code, findings) in enumerate(groups)
    )
    return f'<nav aria-label="Findings"><ul>{lines}</ul></nav>'


def _findings(groups: list[Group], figures: dict[Record, str]) -> list[str]:
    parts = []
    folded = sum(min(EACH, len(findings)) for _, _, findings in groups) > AT_ONCE
    for severity, (name, meaning) in NAMES.items():
        blocks = [_group(index, group, figures, folded=folded) for index, group in enumerate(groups) if group[0] is severity]
        parts.append(_section(name, f"{meaning[:1].upper()}{meaning[1:]}." if meaning else "", "".join(blocks)))
    return parts


def _group(index: int, group: Group, figures: dict[Record, str], *, folded: bool) -> str:
    severity, code, findings = group
    shown = [_finding(finding, figures, alone=len(findings) == 1) for finding in findings[:EACH]]
    rest = len(findings) - len(shown)
    if rest:
        shown.append(f"<p>And {count(rest, 'more finding')} of this code; the JSON report has all.</p>")
    if folded and len(shown) > 1:
        shown[1:] = [f"<details><summary>{len(findings) - 1:,} more</summary>{''.join(shown[1:])}</details>"]
    return (
        f'<article class="code-group" id="group-{index}"><h3>{_code(code)} <span class="{severity}">{severity}</span>'
        f'<span class="soft">{_times(findings)}</span></h3>{"".join(shown)}</article>'
    )


def _times(findings: list[Finding]) -> str:
    seen = sum(finding.count for finding in findings)
    return f" {seen:,} times" if seen > 1 else ""


def _finding(finding: Finding, figures: dict[Record, str], *, alone: bool) -> str:
    place = str(finding.where)
    times = f" ({finding.count:,} times)" if finding.count > 1 and not alone else ""
    at = f'<p class="soft">{_code(place)}{times}</p>' if place else ""
    drawn = ""
    if finding.where.file is not None and finding.where.record is not None:
        record = (finding.where.file, finding.where.record)
        drawn = figures.get(record, "")
        if drawn:  # with the first finding that names it
            figures[record] = '<p class="soft">The record is shown above.</p>'
    return (
        f'<div class="finding">{at}<p>{text(finding.message)}</p>'
        f'<p class="fix"><span class="soft">Fix:</span> {text(finding.hint)}</p>{drawn}</div>'
    )


def _classes(stats: Mapping[str, Any]) -> str:
    classes = stats.get("classes") or {}
    lead = "Boxes of each class." if len(classes) < 100 else "Boxes of each of the 100 most frequent classes."
    return _section("Classes", lead, bars(classes) if classes else "")


def _figures(figures: str, kind: str = "figures") -> str:
    return figures and f'<div class="{kind}">{figures}</div>'


def _section(title: str, lead: str, content: str) -> str:
    """Format a section; empty if its content is empty."""
    if not content:
        return ""
    about = f'<p class="soft">{lead}</p>' if lead else ""
    return f"<section><h2>{title}</h2>{about}{content}</section>"


def _code(value: str) -> str:
    return f"<code>{text(value)}</code>" if value else ""
