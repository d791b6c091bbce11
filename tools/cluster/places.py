"""Where things are: what is built once and kept, and what lives as long as a cluster does."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

NAME = "detector-training-cluster"
NODE = "node-1"
HOST_ADDRESS, ADDRESS, PREFIX = "10.89.0.1", "10.89.0.2", 24
"""The two ends of the link between this machine and the cluster."""
SERVICE_RANGE, POD_RANGE, DNS_ADDRESS = "10.96.0.0/16", "10.90.0.0/16", "10.96.0.10"
API_PORT = 6443


@dataclass(frozen=True)
class Places:
    """Directories outside of the repository."""

    cache: Path
    """Programs and images: built once, kept."""
    state: Path
    """Of the one cluster that runs: certificates, logs, etcd, containerd, kubelet. Emptied when it starts."""

    @classmethod
    def default(cls) -> Places:
        """Return the directories below $XDG_CACHE_HOME, or below DETECTOR_TRAINING_CLUSTER_DIR."""
        home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
        top = Path(os.environ.get("DETECTOR_TRAINING_CLUSTER_DIR") or home / "detector-training" / "cluster")
        return cls(top / "cache", top / "state")

    @property
    def logs(self) -> Path:
        """What each part prints."""
        return self.state / "logs"

    @property
    def kubeconfig(self) -> Path:
        """The administrator's."""
        return self.state / "kubeconfig"

    @property
    def holder(self) -> Path:
        """The file that names the process that holds the namespaces."""
        return self.state / "holder.json"
