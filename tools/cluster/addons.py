"""What a cluster has beside its parts: DNS for Services and Pods, and the rights of kube-proxy."""

from __future__ import annotations

import json
from typing import Any

from cluster.control_plane import Credentials
from cluster.kubectl import Kubectl
from cluster.parts import program
from cluster.places import ADDRESS, DNS_ADDRESS, NODE, Places
from cluster.sandbox import Sandbox

GPU_RESOURCE = "nvidia.com/gpu"
FAKE_GPUS = 4


def start_dns(sandbox: Sandbox, places: Places, credentials: Credentials, kubectl: Kubectl) -> None:
    """Start CoreDNS as a process of the node, behind the usual Service."""
    corefile = places.state / "Corefile"
    kubeconfig = credentials.file("coredns.kubeconfig")
    credentials.client("coredns", "coredns", "system:masters")
    corefile.write_text(
        f""".:53 {{
    bind {ADDRESS}
    errors
    ready 127.0.0.1:8181
    kubernetes cluster.local in-addr.arpa {{
        kubeconfig {kubeconfig} test
        pods insecure
    }}
}}
"""
    )
    sandbox.spawn("coredns", [program(places, "coredns"), "-conf", corefile])
    kubectl.within("kube-system").apply(*_dns_service())


def _dns_service() -> list[dict[str, Any]]:
    ports = [{"name": "dns", "port": 53, "protocol": "UDP"}, {"name": "dns-tcp", "port": 53, "protocol": "TCP"}]
    metadata = {"name": "kube-dns", "namespace": "kube-system"}
    return [
        {"apiVersion": "v1", "kind": "Service", "metadata": metadata, "spec": {"clusterIP": DNS_ADDRESS, "ports": ports}},
        {
            "apiVersion": "discovery.k8s.io/v1",
            "kind": "EndpointSlice",
            "metadata": {**metadata, "labels": {"kubernetes.io/service-name": "kube-dns"}},
            "addressType": "IPv4",
            "endpoints": [{"addresses": [ADDRESS], "conditions": {"ready": True}}],
            "ports": ports,
        },
    ]


def fake_gpus(kubectl: Kubectl, count: int = FAKE_GPUS, node: str = NODE) -> None:
    """Let a node report GPUs. Containers that request some are scheduled there, and see none."""
    path = "/status/capacity/" + GPU_RESOURCE.replace("/", "~1")
    patch = json.dumps([{"op": "add", "path": path, "value": str(count)}])
    kubectl("patch", "node", node, "--subresource=status", "--type=json", "--patch", patch)
