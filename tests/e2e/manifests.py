"""Manifests of the tests."""

from __future__ import annotations

from typing import Any

RESTRICTED_POD = {"runAsNonRoot": True, "runAsUser": 1000, "seccompProfile": {"type": "RuntimeDefault"}}
RESTRICTED_CONTAINER = {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}}


def container(name: str, image: str, script: str, **more: Any) -> dict[str, Any]:
    """A container that runs a line of shell."""
    return {"name": name, "image": image, "command": ["sh", "-c", script], "securityContext": RESTRICTED_CONTAINER, **more}


def job(name: str, *containers: dict[str, Any], init: list[dict[str, Any]] | None = None, **pod: Any) -> dict[str, Any]:
    """A Job whose pod is not retried."""
    spec = {"restartPolicy": "Never", "securityContext": RESTRICTED_POD, "containers": [*containers], **pod}
    if init:
        spec["initContainers"] = init
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {"name": name},
        "spec": {"backoffLimit": 0, "podReplacementPolicy": "Failed", "template": {"spec": spec}},
    }
