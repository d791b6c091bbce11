"""`python -m oracle`, with PYTHONPATH=tests: cases past the trainer and the validator; ends with 1 if the two disagree.

`--seed N --cases N`: mutations. `--sweep train_config --base plain`: every number of a part of a config, at the edge of what is valid.
`--hand-made`: the cases of handmade/, and whether the trainer still does what is in recorded.json.
`--record`: those of them that recorded.json does not have, or has otherwise, and writes it.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from itertools import takewhile
from pathlib import Path

from oracle import recorded
from oracle.bases import BASES
from oracle.case import Case
from oracle.generate import cases
from oracle.handmade import ROWS
from oracle.run import Result, run, write_results
from oracle.sweep import sweep


def main(argv: list[str]) -> int:
    """Prints the disagreements as they come, and the matrix at the end."""
    parser = argparse.ArgumentParser(
        prog="python -m oracle", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--seed", type=int)
    what.add_argument("--sweep", metavar="PART", help="train_input_reader, train_config or model")
    what.add_argument("--hand-made", action="store_true")
    what.add_argument("--record", action="store_true")
    what.add_argument("--case", type=json.loads, help='one, as it was printed: {"base": …, "edits": …}')
    parser.add_argument("--base", choices=BASES, default="plain", help="what a sweep begins from")
    parser.add_argument("--cases", type=int, default=500)
    parser.add_argument(
        "--only",
        help="what the mutations change: config, model (of other architectures), config text, label map, feature, image, file, checkpoint",
    )
    parser.add_argument("--minutes", type=float, default=float("inf"), help="begin no further case after so many")
    parser.add_argument("--output", type=Path, help="file for all results, a line of JSON each")
    arguments = parser.parse_args(argv)
    names: list[str] = []
    if arguments.case:
        chosen = iter([Case(arguments.case["base"], arguments.case["edits"])])
    elif arguments.seed is not None:
        chosen = cases(arguments.seed, arguments.cases, arguments.only)
    elif arguments.sweep:
        chosen = sweep(arguments.base, arguments.sweep)
    else:
        rows = recorded.missing() if arguments.record else list(ROWS)
        chosen, names = iter([row.case for row in rows]), [row.name for row in rows]
    results: list[Result] = []

    def show(result: Result, seconds: float) -> None:
        results.append(result)
        name = names[len(results) - 1] if names else len(results) - 1
        if not result.agreed or arguments.case:
            say(json.dumps({"case": name, **result.to_json()}))
        if len(results) % 50 == 0 or seconds > 20:
            sys.stderr.write(f"{len(results)} cases; the last took {seconds:.1f} s\n")

    with tempfile.TemporaryDirectory(prefix="oracle-") as scratch:
        end = time.monotonic() + arguments.minutes * 60
        matrix = run(takewhile(lambda _: time.monotonic() < end, chosen), Path(scratch), on_result=show)
    if arguments.output:
        write_results(arguments.output, results)
    say(str(matrix))
    if arguments.record and len(results) == len(names):
        recorded.write({name: result.trainer for name, result in zip(names, results, strict=True)})
    changed = _changed(names, results) if arguments.hand_made else []
    for line in changed:
        say(line)
    return 1 if matrix.disagreements or changed else 0


def say(line: str) -> None:
    """Print immediately: a run takes minutes."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _changed(names: list[str], results: list[Result]) -> list[str]:
    before = recorded.verdicts()
    return [
        f"{name}: the trainer {result.trainer.verdict}; recorded.json has {before[name].verdict if name in before else 'nothing'}"
        for name, result in zip(names, results, strict=False)
        if name not in before or before[name].verdict != result.trainer.verdict
    ]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
