"""Containers that a cluster adds to pods on their way in, as a service mesh or a secret injector does."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from cluster.kubectl import Kubectl, Manifest
from cluster.waiting import until
from e2e.manifests import RESTRICTED_POD, container

RUN_LABEL: Final = "detector-training.io/run"
API_VERSION: Final = "admissionregistration.k8s.io/v1beta1"
PLACES: Final = {"sidecar": "/spec/containers/-", "init": "/spec/initContainers/0"}
"""Where a container goes: beside the pod's own, or before its own init containers."""


@contextmanager
def injected(kubectl: Kubectl, run: str, place: str, added: Manifest) -> Iterator[None]:
    """Have a container added to every new pod of a namespace with this run label, until the context ends.

    Args:
        kubectl: in the namespace.
        run: `train` or `validate`.
        place: a key of PLACES.
        added: the container.
    """
    name = kubectl.namespace
    kubectl.apply(_policy(name, run, place, added), _binding(name))
    try:
        until(lambda: _in_force(kubectl, run, added), "the policy to be in force", seconds=60)
        yield
    finally:
        kubectl("delete", "mutatingadmissionpolicy,mutatingadmissionpolicybinding", name)


def _policy(namespace: str, run: str, place: str, added: Manifest) -> Manifest:
    kind = PLACES[place].split("/")[2]
    patch = f'JSONPatch{{op: "add", path: "{PLACES[place]}", value: {_cel(added, f"Object.spec.{kind}")}}}'
    rule = {"apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": ["pods"]}
    return {
        "apiVersion": API_VERSION,
        "kind": "MutatingAdmissionPolicy",
        "metadata": {"name": namespace},
        "spec": {
            "matchConstraints": {
                "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": namespace}},
                "objectSelector": {"matchLabels": {RUN_LABEL: run}},
                "resourceRules": [rule],
            },
            "reinvocationPolicy": "Never",
            "failurePolicy": "Fail",
            "mutations": [{"patchType": "JSONPatch", "jsonPatch": {"expression": f"[{patch}]"}}],
        },
    }


def _binding(name: str) -> Manifest:
    return {
        "apiVersion": API_VERSION,
        "kind": "MutatingAdmissionPolicyBinding",
        "metadata": {"name": name},
        "spec": {"policyName": name},
    }


def _cel(value: Any, path: str) -> str:
    """Return a CEL expression of a value; an object of the pod's schema is written as the type at its path."""
    if isinstance(value, dict):
        fields = ", ".join(f"{key}: {_cel(inner, f'{path}.{key}')}" for key, inner in value.items())
        return f"{path}{{{fields}}}"
    if isinstance(value, list):
        return f"[{', '.join(_cel(inner, path) for inner in value)}]"
    return json.dumps(value)


def _in_force(kubectl: Kubectl, run: str, added: Manifest) -> bool:
    """Return whether a pod that is created now gets the container."""
    first = container("first", "none", "true")
    spec = {
        "securityContext": RESTRICTED_POD,
        "containers": [first],
        "initContainers": [{**first, "name": "before"}],
        "volumes": [{"name": mount["name"], "emptyDir": {}} for mount in added.get("volumeMounts", [])],
    }
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "probe", "labels": {RUN_LABEL: run}}, "spec": spec}
    created = json.loads(kubectl("create", "--dry-run=server", "--output=json", "-f", "-", stdin=json.dumps(pod)))
    names = [each["name"] for kind in ("containers", "initContainers") for each in created["spec"][kind]]
    return added["name"] in names
