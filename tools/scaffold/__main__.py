"""Create what belongs to a new thing: `make new KIND=record-check NAME=records/box-too-wide`."""

from __future__ import annotations

import sys
from pathlib import Path

from scaffold.create import NotCreated, create
from scaffold.kinds import KINDS

ROOT = Path(__file__).parents[2]


def main(argv: list[str]) -> int:
    """Create the files, print them and the next steps; 2 if nothing was created."""
    if len(argv) != 2:
        sys.stderr.write("Usage: make new KIND=KIND NAME=NAME\n\n")
        width = max(map(len, KINDS))
        sys.stderr.writelines(
            f"  {name:<{width}}  {kind.what}; for example NAME={kind.example}\n" for name, kind in KINDS.items()
        )
        return 2
    try:
        changed, then = create(ROOT, *argv)
    except NotCreated as error:
        sys.stderr.write(f"make new: {error}\n")
        return 2
    sys.stdout.writelines(f"  {path}\n" for path in changed)
    sys.stdout.write("Next:\n")
    sys.stdout.writelines(f"  {number}. {step}\n" for number, step in enumerate([*then, "make fix quick"], start=1))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
