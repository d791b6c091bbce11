"""Explain: explain a code and how to fix its cause."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from detector_trainer.contract.renamed_codes import current_code, rename_notices
from detector_trainer.did_you_mean import closest
from detector_trainer.registry import Entry, entries

PROGRAM = "detector-training explain"


def main(argv: Sequence[str]) -> int:
    """Run the verb; return 0 if the code is explained, 2 if it is unknown."""
    parser = argparse.ArgumentParser(prog=PROGRAM, allow_abbrev=False, description="Explain a code and how to fix its cause.")
    parser.add_argument(
        "code", nargs="?", metavar="CODE", help="for example records/box-min-exceeds-max, or a part that only one code contains"
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
    sys.stderr.write(f"{PROGRAM}: {'ambiguous' if matches else 'unknown'} code {options.code!r}.{suggestion}\n")
    return 2


def listing() -> str:
    """List all codes with their meaning, by area."""
    width = max(len(code) for code in entries())
    lines, area = [], ""
    for code, entry in entries().items():
        if area and not code.startswith(f"{area}/"):
            lines.append("")
        area = code.partition("/")[0]
        lines.append(f"{code:<{width}}  {entry.severity:<7}  {entry.what}")
    return "\n".join(lines)


def explanation(entry: Entry) -> str:
    """Format an entry for a terminal."""
    parts = [f"{entry.code}  ({entry.severity})", "", entry.what, "", f"Why it matters: {entry.why}", "", f"Fix: {entry.fix}"]
    if entry.example:
        parts += ["", "Example:", *(f"    {line}" for line in entry.example.splitlines())]
    if entry.catalogue:
        parts += ["", f"Failure catalogue: {', '.join(map(str, entry.catalogue))}"]
    return "\n".join(parts)
