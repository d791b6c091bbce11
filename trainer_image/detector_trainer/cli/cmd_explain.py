"""Explain: say what a code means and how to fix it."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from detector_trainer.contract.renamed_codes import current_code, rename_notices
from detector_trainer.did_you_mean import closest
from detector_trainer.registry import Entry, entries

PROGRAM = "detector-training explain"


def main(argv: Sequence[str]) -> int:
    """Runs the verb; 0 it is explained, 2 there is no such code."""
    parser = argparse.ArgumentParser(prog=PROGRAM, allow_abbrev=False, description="Says what a code means and how to fix it.")
    parser.add_argument(
        "code", nargs="?", metavar="CODE", help="for example records/box-min-exceeds-max, or a part that only one code has"
    )
    parser.add_argument("--list", action="store_true", help="list all codes")
    options = parser.parse_args(argv)
    if options.list or options.code is None:
        sys.stdout.write(listing() + "\n")
        return 0
    code = current_code(options.code)
    sys.stderr.writelines(f"{PROGRAM}: {notice}\n" for notice in rename_notices([options.code]))
    known = entries()
    matches = [code] if code in known else [each for each in known if code in each]
    if len(matches) == 1:
        sys.stdout.write(explanation(known[matches[0]]) + "\n")
        return 0
    near = matches or closest(options.code, known, 3, 0.5)
    suggestion = f" Did you mean {', '.join(near[:8])}?" if near else ""
    sys.stderr.write(f"{PROGRAM}: {options.code!r} is {'no code' if not matches else 'a part of several codes'}.{suggestion}\n")
    return 2


def listing() -> str:
    """All codes with what they mean, by area."""
    width = max(len(code) for code in entries())
    lines, area = [], ""
    for code, entry in entries().items():
        if area and not code.startswith(f"{area}/"):
            lines.append("")
        area = code.partition("/")[0]
        lines.append(f"{code:<{width}}  {entry.severity:<7}  {entry.what}")
    return "\n".join(lines)


def explanation(entry: Entry) -> str:
    """An entry for a terminal."""
    parts = [f"{entry.code}  ({entry.severity})", "", entry.what, "", f"Why it matters: {entry.why}", "", f"Fix: {entry.fix}"]
    if entry.example:
        parts += ["", "Example:", *(f"    {line}" for line in entry.example.splitlines())]
    if entry.catalogue:
        parts += ["", f"Failure catalogue: {', '.join(map(str, entry.catalogue))}"]
    return "\n".join(parts)
