"""Brings a cluster up and down."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from cluster import addons, control_plane, node, sandbox
from cluster.kubectl import Kubectl
from cluster.parts import program
from cluster.places import NODE, Places
from cluster.sandbox import Sandbox
from cluster.waiting import until


class Unusable(Exception):
    """A cluster cannot be started on this machine; the message names what is missing."""


@dataclass(frozen=True)
class Cluster:
    """A cluster that runs, and what it takes to meddle with its parts."""

    places: Places
    sandbox: Sandbox
    credentials: control_plane.Credentials
    kubectl: Kubectl
    """As the administrator."""


def why_not() -> str | None:
    """Explain why this machine cannot have a cluster, in one sentence; None if it can."""
    if os.name != "posix" or not Path("/proc").exists():
        return "a cluster needs Linux"
    if os.geteuid() != 0:
        return "a cluster needs root"
    if shutil.which("go") is None:
        return "a cluster is built from source, and Go is not installed"
    if not node.cgroups_usable():
        return "control groups are not mounted"
    return None


def prepare(places: Places) -> None:
    """Installs and builds what a cluster needs, as far as it is not there."""
    problem = why_not()
    if problem:
        raise Unusable(problem)
    subprocess.run([Path(__file__).with_name("install_packages.sh")], check=True)
    program(places, "etcd")  # and the rest of its module


def up(places: Places) -> Cluster:
    """Start a new cluster, with a node that is ready, DNS and fake GPUs. One that is there already is ended first.

    Raises:
        Unusable: this machine cannot have one.
        NotInTime: a part did not get ready; its log is in `places.logs`.
    """
    cluster = control_plane_up(places)
    box, credentials, kubectl = cluster.sandbox, cluster.credentials, cluster.kubectl
    node.start_containerd(box, places)
    node.start_kubelet(box, places, credentials)
    node.start_kube_proxy(box, places, credentials)
    addons.start_dns(box, places, credentials, kubectl)
    kubectl.wait("node", NODE, node_is_ready, "Ready", seconds=90)
    addons.fake_gpus(kubectl)
    return cluster


def control_plane_up(places: Places) -> Cluster:
    """Start a new cluster without a node: what is created in it does not change.

    Raises:
        Unusable: this machine cannot have one.
        NotInTime: a part did not get ready; its log is in `places.logs`.
    """
    prepare(places)
    down(places)
    _clear(places)
    places.logs.mkdir(parents=True)
    credentials = control_plane.Credentials.make(places)
    box = Sandbox.start(places)
    control_plane.start(box, places, credentials)
    kubectl = Kubectl(str(program(places, "kubectl")), places.kubeconfig)
    until(lambda: kubectl.get("serviceaccount", "default"), "the default service account", seconds=30)
    return Cluster(places, box, credentials, kubectl)


def down(places: Places) -> None:
    """Ends the cluster, or what is left of one. Does nothing where there is none."""
    sandbox.end(places)


def _clear(places: Places) -> None:
    """Puts the last cluster's state aside and removes it meanwhile: the files of its images are a hundred thousand."""
    aside = f"{places.state.name}.old-"
    if places.state.exists():
        places.state.rename(Path(tempfile.mkdtemp(prefix=aside, dir=places.state.parent), "state"))
    old = [*places.state.parent.glob(f"{aside}*")]
    if old:
        subprocess.Popen(["rm", "-rf", *old], start_new_session=True)


def node_is_ready(found: dict[str, object]) -> bool:
    """Return whether a Node has the condition Ready."""
    status = found.get("status")
    conditions = status.get("conditions", []) if isinstance(status, dict) else []
    return any(condition["type"] == "Ready" and condition["status"] == "True" for condition in conditions)
