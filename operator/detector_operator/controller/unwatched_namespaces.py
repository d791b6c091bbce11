"""Determine the namespaces in which nothing is ever trained: those of Kubernetes, and the operator's own.

A DetectorTraining creates pods with arbitrary fields. In these namespaces a pod could use the service accounts and Secrets of the
cluster and of the operator.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

SYSTEM_NAMESPACES: Final = frozenset({"kube-system", "kube-public", "kube-node-lease"})
NAMESPACE_FILE: Final = Path("/var/run/secrets/kubernetes.io/serviceaccount/namespace")
"""Contains the namespace of the operator's pod, next to its token."""
UNWATCHED: Final = "the operator does not train in its own namespace or in kube-system, kube-public and kube-node-lease"


def unwatched_namespaces(file: Path = NAMESPACE_FILE) -> frozenset[str]:
    """Return the namespaces that are never watched. An operator outside a pod has no own namespace."""
    try:
        own = file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        return SYSTEM_NAMESPACES
    return SYSTEM_NAMESPACES | {own} if own else SYSTEM_NAMESPACES
