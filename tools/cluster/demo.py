"""examples/pets, trained on a cluster of this machine with the real operator and the real trainer: `make demo-cluster`."""

from __future__ import annotations

import time
from contextlib import closing
from pathlib import Path

import yaml

from cluster import images, node
from cluster.kubectl import Kubectl
from cluster.objects import claim_folder, pets, prepared
from cluster.operators import Operator
from cluster.parts import program
from cluster.places import Places
from cluster.up import up

ENDS = ("Succeeded", "Failed", "Rejected")
RESOURCES = {"requests": {"cpu": "1", "memory": "1Gi"}, "limits": {"cpu": "1500m", "memory": "4Gi"}}
"""Fit a machine of two cores."""


def demo(places: Places) -> bool:
    """Starts a new cluster, trains, and prints what happens. Returns whether the training succeeded."""
    started = time.monotonic()

    def tell(what: str) -> None:
        print(f"{time.monotonic() - started:4.0f} s  {what}", flush=True)

    cluster = up(places)
    tell("A single-node Kubernetes cluster is ready.")
    for image in (images.OPERATOR, images.TRAINER):
        node.import_image(cluster.sandbox, places, images.archive(places, image))
    tell("It has the images of the operator and of the trainer.")
    operator = Operator.of(cluster.kubectl, program(places, "helm"), cluster)
    operator.install(images.OPERATOR.name, images.TRAINER.name)
    tell(f"charts/detector-training is installed in {operator.kubectl.namespace}, and the operator is available.")
    file = _manifest(cluster.kubectl, prepared(places.state / "demo"))
    _show(cluster.kubectl, "apply", "-f", str(file))
    phase = _follow(cluster.kubectl)
    _show(cluster.kubectl, "describe", "dt", "pets")
    return phase == "Succeeded"


def _manifest(kubectl: Kubectl, folder: Path) -> Path:
    """The file that is applied: examples/pets/training.yaml, with its files on a volume."""
    example = yaml.safe_load((folder / "examples/pets/training.yaml").read_text())["spec"]
    manifest = pets(claim_folder(kubectl, "data", folder))
    manifest["spec"] |= {name: example[name] for name in ("numSteps", "checkpointEverySteps")}
    manifest["spec"]["trainer"]["resources"] = RESOURCES
    file = folder / "pets.yaml"
    file.write_text(yaml.safe_dump(manifest, sort_keys=False))
    return file


def _follow(kubectl: Kubectl) -> str:
    """Prints the row of `kubectl get` whenever it changes in more than its age; the phase at the end."""
    words = ("get", "dt", "pets", "--watch")
    print(f"\n$ kubectl {' '.join(words)}", flush=True)
    last: list[str] = []
    with closing(kubectl.lines(*words)) as rows:
        for row in rows:
            if row.split()[:-1] != last:
                print(row, flush=True)
            last = row.split()[:-1]
            if set(ENDS) & set(last):
                break
    return next((end for end in ENDS if end in last), "")


def _show(kubectl: Kubectl, *words: str) -> None:
    """A command, and what it prints."""
    shown = [word.replace(str(Path.home()), "~") for word in words]
    print(f"\n$ kubectl {' '.join(shown)}\n{kubectl(*words).rstrip()}", flush=True)
