"""Print the phrases to avoid in files: `python -m vocabulary [PATH ...]`; exit 1 if there are any."""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from pathlib import Path

from vocabulary.docstrings import without_verb
from vocabulary.files import TOPS
from vocabulary.scan import scan

ROOT = Path(__file__).parents[2]


def main() -> int:
    """Print `file:line: phrase -> what to write instead`, then the counts."""
    parser = argparse.ArgumentParser(prog="vocabulary", description=__doc__)
    parser.add_argument("paths", nargs="*", default=TOPS, help="files or directories; default: everything with prose")
    parser.add_argument("--docstrings", action="store_true", help="the docstrings that do not begin with a verb, instead")
    parser.add_argument("--count", action="store_true", help="only the counts, by directory")
    args = parser.parse_args()
    paths = [str(Path(path).resolve().relative_to(ROOT)) for path in args.paths] if args.paths != TOPS else TOPS
    hits = sorted(without_verb(ROOT, paths) if args.docstrings else scan(ROOT, paths))
    if args.count:
        counts = Counter("/".join(hit.path.split("/")[:3]) if hit.path.count("/") else hit.path for hit in hits)
        sys.stdout.writelines(f"{count:5} {where}\n" for where, count in counts.most_common())
    else:
        sys.stdout.writelines(f"{hit}\n" for hit in hits)
    sys.stdout.write(f"{len(hits)} found\n")
    return 1 if hits else 0


if __name__ == "__main__":
    sys.exit(main())
