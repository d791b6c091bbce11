"""Doctor: check whether this machine can train."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Sequence
from dataclasses import asdict

from detector_trainer.doctor import disk, memory, packages, python, trainer
from detector_trainer.doctor.probe import ProbeResult, State

PROGRAM = "detector-training doctor"
PROBES = (
    python,  # the interpreter
    packages,  # installed packages and their versions
    memory,  # memory and processors, within the container's limits
    disk,  # space for checkpoints
    trainer,  # whether it all imports, and the GPUs: last, it takes seconds
)
MARKS = {State.OK: ("ok", "32"), State.WARNING: ("warning", "1;33"), State.ERROR: ("error", "1;31")}


def main(argv: Sequence[str]) -> int:
    """Run the verb; return 0 if this machine can train, 1 if it cannot, 2 for wrong usage."""
    parser = argparse.ArgumentParser(prog=PROGRAM, allow_abbrev=False, description="Check whether this machine can train.")
    parser.add_argument("--format", choices=("text", "json"), default="text", help="default text")
    options = parser.parse_args(argv)
    results = [result for module in PROBES for result in module.probe()]
    can = all(result.state is not State.ERROR for result in results)
    if options.format == "json":
        sys.stdout.write(json.dumps({"canTrain": can, "checks": [asdict(result) for result in results]}, indent=2) + "\n")
    else:
        colour = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
        sys.stdout.write(
            as_text(results, colour=colour) + f"\n\n{'This machine can train.' if can else 'This machine cannot train.'}\n"
        )
    return 0 if can else 1


def as_text(results: list[ProbeResult], *, colour: bool) -> str:
    """Format the results: a line each, and a second line with advice."""
    width = max(len(result.name) for result in results)
    lines = []
    for result in results:
        word, style = MARKS[result.state]
        mark = f"{word:<7}"
        painted = f"\x1b[{style}m{mark}\x1b[0m" if colour else mark
        lines.append(f"{painted}  {result.name:<{width}}  {result.found}")
        if result.advice:
            lines.append(f"{'':7}  {'':{width}}  {result.advice}")
    return "\n".join(lines)
