"""The namespaces in which nothing is ever trained: Kubernetes' own, and that of the operator.

A DetectorTraining creates pods with whatever its spec says. In these namespaces a pod could use the service accounts and Secrets
that the cluster and the operator itself are run with.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

SYSTEM_NAMESPACES: Final = frozenset({"kube-system", "kube-public", "kube-node-lease"})
NAMESPACE_FILE: Final = Path("/var/run/secrets/kubernetes.io/serviceaccount/namespace")
"""The namespace of a pod, beside the token that the operator authenticates with."""
NOWHERE: Final = "the operator does not train in its own namespace or in kube-system, kube-public and kube-node-lease"


def unwatched_namespaces(file: Path = NAMESPACE_FILE) -> frozenset[str]:
    """Return these namespaces. An operator that does not run in a pod has none of its own."""
    try:
        own = file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        return SYSTEM_NAMESPACES
    return SYSTEM_NAMESPACES | {own} if own else SYSTEM_NAMESPACES
