"""`python -m cluster up | down`, with PYTHONPATH=tests."""

from __future__ import annotations

import sys
import time

from cluster.parts import NotBuilt
from cluster.places import Places
from cluster.up import Unusable, down, up
from cluster.waiting import NotInTime


def main(argv: list[str]) -> int:
    """Runs a verb."""
    places = Places.default()
    if argv == ["up"]:
        started = time.monotonic()
        try:
            up(places)
        except (Unusable, NotBuilt, NotInTime) as error:
            sys.stderr.write(f"No cluster: {error}\nLogs, if any, are in {places.logs}\n")
            return 1
        print(f"Ready after {time.monotonic() - started:.0f} s. To use it:\n\n  export KUBECONFIG={places.kubeconfig}\n")
        return 0
    if argv == ["down"]:
        down(places)
        return 0
    sys.stderr.write("usage: python -m cluster up|down\n")
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
