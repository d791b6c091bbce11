"""What Argo CD, Flux and everything with kstatus make of a DetectorTraining, in every situation."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from cel_expr_python import cel
from lupa.lua51 import LuaRuntime

from detector_operator.api import API_VERSION, KIND, Phase
from support.recorded import FAILED, PHASES, RESOURCES

GITOPS = Path(__file__).parents[3] / "gitops"

# (Argo CD, Flux and kstatus)
HEALTH = {
    "created": ("Progressing", "InProgress"),
    "validating": ("Progressing", "InProgress"),
    "validating, no node yet": ("Progressing", "InProgress"),
    "rejected": ("Degraded", "Failed"),
    "rejected, and the policy is Warn": ("Progressing", "InProgress"),
    "queued": ("Progressing", "InProgress"),
    "queued, no node fits": ("Progressing", "InProgress"),
    "starting": ("Progressing", "InProgress"),
    "training": ("Progressing", "InProgress"),
    "between two tries": ("Progressing", "InProgress"),
    "suspended, and still stopping": ("Suspended", "Current"),
    "suspended": ("Suspended", "Current"),
    "suspended from the start": ("Suspended", "Current"),
    "succeeded": ("Healthy", "Current"),
    "failed": ("Degraded", "Failed"),
    "failed after all retries": ("Degraded", "Failed"),
    "succeeded, and the spec was changed": ("Progressing", "InProgress"),
    "failed, and the spec was changed": ("Progressing", "InProgress"),
    "rejected, changed, and validated again": ("Progressing", "InProgress"),
    "rejected, changed, and suspended": ("Suspended", "Current"),
}


def argocd(resource):
    """Argo CD runs the script in Lua 5.1 with the basic functions and `table` alone."""
    lua = LuaRuntime()
    for library in ("string", "math", "io", "debug", "package", "require"):
        lua.globals()[library] = None
    lua.globals()["obj"] = lua.table_from(resource, recursive=True)
    return dict(lua.execute((GITOPS / "argocd-health.lua").read_text()))


def flux(resource):
    """As fluxcd/pkg/runtime/cel does it: the generation, then these three in this order. They are parsed, not type-checked."""
    if resource["status"]["observedGeneration"] != resource["metadata"]["generation"]:
        return "InProgress"
    (expressions,) = yaml.safe_load((GITOPS / "flux-kustomization.yaml").read_text())["spec"]["healthCheckExprs"]
    assert (expressions["apiVersion"], expressions["kind"]) == (API_VERSION, KIND)
    environment = cel.NewEnv()
    for field, answer in (("inProgress", "InProgress"), ("failed", "Failed"), ("current", "Current")):
        found = environment.compile(expressions[field], disable_check=True).eval(data=resource).value()
        assert isinstance(found, bool), found
        if found:
            return answer
    return "InProgress"


def kstatus(resource):
    """As sigs.k8s.io/cli-utils/pkg/kstatus does it, where a resource has neither a rule of its own nor the condition Ready."""
    if resource["status"]["observedGeneration"] != resource["metadata"]["generation"]:
        return "InProgress"
    for condition in resource["status"]["conditions"]:
        if condition["status"] == "True" and condition["type"] in ("Reconciling", "Stalled"):
            return {"Reconciling": "InProgress", "Stalled": "Failed"}[condition["type"]]
    return "Current"


def test_every_phase_is_looked_at():
    assert set(PHASES.values()) == set(Phase)
    assert RESOURCES.keys() == HEALTH.keys()


@pytest.mark.parametrize("what", HEALTH)
def test_health(what):
    resource = RESOURCES[what]
    assert (argocd(resource)["status"], flux(resource), kstatus(resource)) == (HEALTH[what][0], HEALTH[what][1], HEALTH[what][1])


def test_argocd_shows_what_went_wrong_and_what_to_do():
    assert argocd(FAILED)["message"] == "Record 7 is broken. Fix it."


def test_argocd_shows_what_is_going_on():
    assert argocd(RESOURCES["queued"])["message"] == "Waiting for Job pets-train-1 to start."
    assert argocd(RESOURCES["created"])["message"] == "Waiting for the operator."


def test_without_a_status_argocd_waits():
    resource = {key: value for key, value in RESOURCES["created"].items() if key != "status"}
    assert argocd(resource)["status"] == "Progressing"
