"""`python -m cluster up | demo | down`, with PYTHONPATH=tools."""

from __future__ import annotations

import os
import shutil
import sys
import time
from pathlib import Path

from cluster import images, parts
from cluster.demo import demo
from cluster.helm import HelmError
from cluster.kubectl import KubectlError
from cluster.places import Places
from cluster.up import Unusable, down, up
from cluster.waiting import NotInTime


def main(argv: list[str]) -> int:
    """Runs a verb."""
    places = Places.default()
    if argv == ["down"]:
        down(places)
        return 0
    if argv not in (["up"], ["demo"]):
        sys.stderr.write("usage: python -m cluster up|demo|down\n")
        return 2
    try:
        if argv == ["up"]:
            started = time.monotonic()
            up(places)
            print(f"Ready after {time.monotonic() - started:.0f} s.")
            succeeded = True
        else:
            succeeded = demo(places)
    except (Unusable, parts.NotBuilt, images.NotBuilt, NotInTime, HelmError, KubectlError) as error:
        sys.stderr.write(f"It did not work: {error}\nLogs, if any, are in {places.logs}\n")
        return 1
    print(f"\nTo use the cluster, and to end it:\n\n{_how_to_use(places)}")
    return 0 if succeeded else 1


def _how_to_use(places: Places) -> str:
    lines = [f"export KUBECONFIG={_short(places.kubeconfig)}"]
    if shutil.which("kubectl") is None:
        lines.append(f"export PATH=$PATH:{_short(parts.program(places, 'kubectl').parent)}")
    return "".join(f"  {line}\n" for line in [*lines, "make cluster-down"])


def _short(path: Path) -> str:
    """As a shell understands it."""
    home = str(Path.home()) + os.sep
    return str(path).replace(home, "$HOME/", 1) if str(path).startswith(home) else str(path)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
