"""What goes wrong with a cluster: its parts are killed and started again."""

from __future__ import annotations

import os
import select
import signal
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from cluster import control_plane, node
from cluster.kubectl import Manifest
from cluster.places import NODE
from cluster.up import Cluster, node_is_ready
from cluster.waiting import until


def restart_apiserver(cluster: Cluster) -> None:
    """Kills the API server, and starts it again; returns when it is ready."""
    kill(cluster, "kube-apiserver")
    control_plane.start_apiserver(cluster.sandbox, cluster.places, cluster.credentials)
    until(lambda: control_plane.ready(cluster.places), "the API server", seconds=control_plane.READY_SECONDS)


def restart_etcd(cluster: Cluster) -> None:
    """Kills etcd, and starts it again with its data; returns when the API server is ready."""
    kill(cluster, "etcd")
    control_plane.start_etcd(cluster.sandbox, cluster.places)
    until(lambda: control_plane.ready(cluster.places), "the API server", seconds=control_plane.READY_SECONDS)


def stop_node(cluster: Cluster) -> None:
    """Stop the kubelet, while its containers keep running: as a node looks whose network is cut. Returns when it is noticed."""
    kill(cluster, "kubelet")
    cluster.kubectl.wait("node", NODE, lambda found: not node_is_ready(found), "lost", seconds=90)


def start_node(cluster: Cluster) -> None:
    """Start the kubelet again."""
    node.start_kubelet(cluster.sandbox, cluster.places, cluster.credentials)
    cluster.kubectl.wait(
        "node", NODE, lambda found: node_is_ready(found) and not found["spec"].get("taints"), "Ready", seconds=90
    )


KUBELET_PORT = "10250"


@contextmanager
def kubelet_unreachable(cluster: Cluster, *verdict: str) -> Iterator[None]:
    """Cut the API server off from the kubelet, which keeps working: no log can be read, and streams of logs break.

    Args:
        cluster: whose kubelet it is.
        verdict: what becomes of each packet, as in iptables: `DROP`, or `REJECT --reject-with tcp-reset`.
    """
    rule = ["INPUT", "--protocol", "tcp", "--dport", KUBELET_PORT, "--jump", *verdict]
    cluster.sandbox.run(["iptables", "--insert", *rule])
    try:
        yield
    finally:
        cluster.sandbox.run(["iptables", "--delete", *rule])


def kill_containers(cluster: Cluster, pod: Manifest) -> None:
    """Send SIGKILL to every process of a pod's containers; return when they are gone."""
    containers = {status.get("containerID", "").rpartition("/")[2] for status in pod["status"]["containerStatuses"]}
    containers.discard("")  # one that has not started: processes in no group at all would match
    for pid in cluster.sandbox.contained(containers):
        os.kill(pid, signal.SIGKILL)
    until(lambda: not cluster.sandbox.contained(containers), f"the end of {pod['metadata']['name']}", seconds=10)


def kill(cluster: Cluster, program: str) -> None:
    """Send SIGKILL to every process of a program in the cluster; return when they are gone, and their ports are free."""
    with ExitStack() as opened:
        processes = [os.pidfd_open(pid) for pid in cluster.sandbox.processes(program)]
        for process in processes:
            opened.callback(os.close, process)
            signal.pidfd_send_signal(process, signal.SIGKILL)
        until(lambda: select.select(processes, [], [], 0)[0] == processes, f"the end of {program}", seconds=10)
