"""`python -m chaos [--seed N] [--kills N] [--trainings N]`, with PYTHONPATH=tests:tools: on a cluster of its own. See `make chaos`."""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

from chaos.plan import draw
from chaos.play import Stage, play
from chaos.report import story, table
from cluster import images, node, parts
from cluster.helm import HelmError
from cluster.kubectl import KubectlError
from cluster.objects import claim_folder, prepared, restricted_namespace
from cluster.operators import Operator
from cluster.places import Places
from cluster.up import Unusable, down, up
from cluster.waiting import NotInTime

NAMESPACE = "chaos"


def main(argv: list[str]) -> int:
    """Bring a cluster up, play, and report. Returns 0 if nothing went wrong."""
    parser = argparse.ArgumentParser(prog="python -m chaos", description=__doc__)
    parser.add_argument("--seed", type=int, default=int(time.time()), help="default: the time")
    parser.add_argument("--kills", type=int, default=200, help="default 200; 0 shows that all ends as expected undisturbed")
    parser.add_argument("--trainings", type=int, default=50, help="default 50")
    arguments = parser.parse_args(argv)
    plan = draw(arguments.seed, arguments.kills, arguments.trainings)
    print(f"Seed {plan.seed}: {len(plan.kills)} kills, {len(plan.trainings)} trainings.", flush=True)
    places = Places.default()
    try:
        with tempfile.TemporaryDirectory(prefix="chaos-", ignore_cleanup_errors=True) as folder:
            result = play(_stage(places, Path(folder)), plan)
    except (Unusable, parts.NotBuilt, images.NotBuilt, NotInTime, HelmError, KubectlError) as error:
        sys.stderr.write(f"Seed {plan.seed}: it came to no end: {error}\nLogs are in {places.logs}\n")
        return 1
    finally:
        down(places)
    print(table(result))
    print(story(result))
    return 1 if result.problems else 0


def _stage(places: Places, folder: Path) -> Stage:
    """Bring a cluster up, with the operator in it."""
    cluster = up(places)
    for image in (images.OPERATOR, images.FAKE_TRAINER):
        node.import_image(cluster.sandbox, places, images.archive(places, image))
    operator = Operator.of(cluster.kubectl, parts.program(places, "helm"), cluster)
    operator.install(images.OPERATOR.name, images.FAKE_TRAINER.name)
    cluster.kubectl.create(restricted_namespace(NAMESPACE))
    kubectl = cluster.kubectl.within(NAMESPACE)
    folder.chmod(0o777)
    volume = claim_folder(kubectl, "data", prepared(folder))
    return Stage(cluster, operator, kubectl, folder, volume, images.FAKE_TRAINER.name)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
