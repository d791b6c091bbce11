"""The node: containerd, the network of the pods, kubelet and kube-proxy."""

from __future__ import annotations

import json
import subprocess
import tarfile
from io import BytesIO
from pathlib import Path

from cluster.control_plane import Credentials
from cluster.oci import write_archive
from cluster.parts import program
from cluster.places import ADDRESS, DNS_ADDRESS, NODE, POD_RANGE, Places
from cluster.sandbox import CGROUPS, ROOT_GROUP, Sandbox
from cluster.waiting import until

CNI_PLUGINS = "/usr/lib/cni"
SANDBOX_IMAGE = "localhost/sleep:1"


def start_containerd(sandbox: Sandbox, places: Places) -> None:
    """Start containerd with directories of its own, and the image that holds the namespaces of a pod."""
    socket = containerd_socket(places)
    config = places.state / "containerd.toml"
    config.write_text(_containerd_config(places, _write_cni(places)))
    sandbox.spawn("containerd", ["containerd", "--config", config])
    until(lambda: socket.exists() and _answers(sandbox, places), "containerd", seconds=30)
    import_image(sandbox, places, _sandbox_image(places))


def start_kubelet(sandbox: Sandbox, places: Places, credentials: Credentials) -> None:
    """Start the kubelet. Its thresholds of eviction are low: a full disk does not fail the tests."""
    config = places.state / "kubelet.yaml"
    thresholds = {"memory.available": "100Mi", "nodefs.available": "1%", "imagefs.available": "1%", "nodefs.inodesFree": "1%"}
    config.write_text(
        json.dumps(
            {
                "apiVersion": "kubelet.config.k8s.io/v1beta1",
                "kind": "KubeletConfiguration",
                "authentication": {"x509": {"clientCAFile": str(credentials.file("ca.crt"))}, "anonymous": {"enabled": False}},
                "authorization": {"mode": "Webhook"},
                "tlsCertFile": str(credentials.file("kubelet-server.crt")),
                "tlsPrivateKeyFile": str(credentials.file("kubelet-server.key")),
                "cgroupDriver": "cgroupfs",
                "cgroupRoot": f"/{ROOT_GROUP}",
                "failCgroupV1": False,
                "failSwapOn": False,
                "containerRuntimeEndpoint": f"unix://{containerd_socket(places)}",
                "podLogsDir": str(places.state / "pod-logs"),
                "clusterDNS": [DNS_ADDRESS],
                "clusterDomain": "cluster.local",
                "resolvConf": "",
                "evictionHard": thresholds,
                "imageGCHighThresholdPercent": 100,
                "nodeStatusUpdateFrequency": "4s",
                "serializeImagePulls": False,
                "registryPullQPS": 0,
                "syncFrequency": "10s",
            }
        )
    )
    sandbox.spawn(
        "kubelet",
        [
            program(places, "kubelet"),
            f"--config={config}",
            f"--kubeconfig={credentials.file('kubelet.kubeconfig')}",
            f"--hostname-override={NODE}",
            f"--node-ip={ADDRESS}",
            f"--root-dir={places.state / 'kubelet'}",
        ],
    )


def start_kube_proxy(sandbox: Sandbox, places: Places, credentials: Credentials) -> None:
    """Start kube-proxy, which gives Services their addresses."""
    config = places.state / "kube-proxy.yaml"
    config.write_text(
        json.dumps(
            {
                "apiVersion": "kubeproxy.config.k8s.io/v1alpha1",
                "kind": "KubeProxyConfiguration",
                "clientConnection": {"kubeconfig": str(credentials.file("kube-proxy.kubeconfig"))},
                "mode": "iptables",
                "clusterCIDR": POD_RANGE,
                "hostnameOverride": NODE,
                "conntrack": {"maxPerCore": 0, "min": 0, "tcpEstablishedTimeout": "0s", "tcpCloseWaitTimeout": "0s"},
            }
        )
    )
    sandbox.spawn("kube-proxy", [program(places, "kube-proxy"), f"--config={config}"])


def containerd_socket(places: Places) -> Path:
    """Return the socket of containerd."""
    return places.state / "containerd.sock"


def import_image(sandbox: Sandbox, places: Places, archive: Path) -> None:
    """Gives containerd an image.

    Raises:
        subprocess.CalledProcessError: it is none, or the disk is full.
    """
    sandbox.run(["ctr", "--address", containerd_socket(places), "--namespace", "k8s.io", "images", "import", archive])


def images(sandbox: Sandbox, places: Places) -> set[str]:
    """List the names of the images that containerd has."""
    listed = sandbox.run(["ctr", "--address", containerd_socket(places), "--namespace", "k8s.io", "images", "list", "--quiet"])
    return set(listed.split())


def _answers(sandbox: Sandbox, places: Places) -> bool:
    try:
        sandbox.run(["ctr", "--address", containerd_socket(places), "version"])
    except subprocess.CalledProcessError:
        return False
    return True


def _containerd_config(places: Places, cni: Path) -> str:
    # restrict_oom_score_adj: without it a container fails to start where this process may not lower scores.
    return f"""
version = 2
root = "{places.state}/containerd/root"
state = "/run/containerd"
disabled_plugins = ["io.containerd.snapshotter.v1.btrfs", "io.containerd.snapshotter.v1.zfs", "io.containerd.snapshotter.v1.aufs"]
oom_score = 0
[grpc]
  address = "{containerd_socket(places)}"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "{SANDBOX_IMAGE}"
  disable_apparmor = true
  restrict_oom_score_adj = true
  [plugins."io.containerd.grpc.v1.cri".containerd]
    snapshotter = "overlayfs"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
      runtime_type = "io.containerd.runc.v2"
      [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
        SystemdCgroup = false
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "{CNI_PLUGINS}"
    conf_dir = "{cni}"
"""


def _write_cni(places: Places) -> Path:
    folder = places.state / "cni"
    folder.mkdir()
    bridge = {
        "type": "bridge",
        "bridge": "cni0",
        "isGateway": True,
        "ipMasq": False,
        "hairpinMode": True,
        "ipam": {"type": "host-local", "ranges": [[{"subnet": POD_RANGE}]], "routes": [{"dst": "0.0.0.0/0"}]},
    }
    plugins = [bridge, {"type": "portmap", "capabilities": {"portMappings": True}}]
    (folder / "10-bridge.conflist").write_text(json.dumps({"cniVersion": "0.4.0", "name": "pods", "plugins": plugins}))
    return folder


def _sandbox_image(places: Places) -> Path:
    """An image whose one program sleeps, written by hand: a layer with busybox, a config, a manifest."""
    layer = BytesIO()
    with tarfile.open(fileobj=layer, mode="w") as tar:
        tar.add("/bin/busybox", "bin/busybox")
    path = places.state / "sleep.tar"
    write_archive(path, SANDBOX_IMAGE, layer.getvalue(), ["/bin/busybox", "sleep", "2147483647"])
    return path


def cgroups_usable() -> bool:
    """Return whether control groups are mounted here."""
    return (CGROUPS / "memory").exists() or (CGROUPS / "cgroup.controllers").exists()
