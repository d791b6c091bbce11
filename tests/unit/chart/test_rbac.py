"""What the operator and its users may do is exactly this."""

from __future__ import annotations

import pytest

from cluster.helm import HelmError
from support.rights import EDIT, OPERATOR, VIEW

NAMESPACED = 'watchNamespaces=["a", "b"]'


def named(manifests, kind):
    return {
        (found["metadata"].get("namespace"), found["metadata"]["name"]): found for found in manifests if found["kind"] == kind
    }


def rights(role):
    assert {key for rule in role["rules"] for key in rule} == {"apiGroups", "resources", "verbs"}
    return {
        (group, resource): set(rule["verbs"])
        for rule in role["rules"]
        for group in rule["apiGroups"]
        for resource in rule["resources"]
    }


def aggregated_to(role):
    prefix = "rbac.authorization.k8s.io/aggregate-to-"
    return {label.removeprefix(prefix) for label in role["metadata"]["labels"] if label.startswith(prefix)}


def test_in_all_namespaces_it_has_one_cluster_role(render):
    manifests = render()
    roles, bindings = named(manifests, "ClusterRole"), named(manifests, "ClusterRoleBinding")
    assert rights(roles[None, "detector-training"]) == OPERATOR
    (binding,) = bindings.values()
    assert binding["roleRef"] == {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "detector-training"}
    assert binding["subjects"] == [{"kind": "ServiceAccount", "name": "detector-training", "namespace": "detector-training"}]
    assert not named(manifests, "Role")
    assert not named(manifests, "RoleBinding")


def test_in_some_namespaces_it_has_one_role_in_each(render):
    manifests = render(NAMESPACED)
    roles, bindings = named(manifests, "Role"), named(manifests, "RoleBinding")
    assert set(roles) == set(bindings) == {("a", "detector-training"), ("b", "detector-training")}
    assert all(rights(role) == OPERATOR for role in roles.values())
    for binding in bindings.values():
        assert binding["roleRef"] == {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "detector-training"}
        assert binding["subjects"] == [{"kind": "ServiceAccount", "name": "detector-training", "namespace": "detector-training"}]
    assert not named(manifests, "ClusterRoleBinding")
    assert all(aggregated_to(role) for role in named(manifests, "ClusterRole").values())


def test_those_who_may_do_nothing_in_the_whole_cluster_can_install_it_in_their_namespaces(render):
    manifests = render(NAMESPACED, "crds.install=false", "rbac.aggregateClusterRoles=false")
    assert {found["metadata"]["namespace"] for found in manifests} == {"a", "b", "detector-training"}


def test_users_may_do_in_their_namespaces_what_they_may_do_with_other_things(render):
    roles = named(render(), "ClusterRole")
    view, edit = roles[None, "detector-training-view"], roles[None, "detector-training-edit"]
    assert (rights(view), aggregated_to(view)) == (VIEW, {"admin", "edit", "view"})
    assert (rights(edit), aggregated_to(edit)) == (EDIT, {"admin", "edit"})
    assert set(roles) == {(None, f"detector-training{end}") for end in ("", "-edit", "-view")}


@pytest.mark.parametrize("values", [(), (NAMESPACED,)], ids=["all namespaces", "some namespaces"])
def test_nothing_is_granted_when_someone_else_does_it(render, values):
    manifests = render("rbac.create=false", "rbac.aggregateClusterRoles=false", *values)
    assert {found["kind"] for found in manifests} == {"CustomResourceDefinition", "Deployment", "Service", "ServiceAccount"}


def test_the_service_account_can_be_one_that_is_there(render):
    manifests = render("serviceAccount.create=false", 'serviceAccount.name="theirs"')
    (binding,) = named(manifests, "ClusterRoleBinding").values()
    (deployment,) = named(manifests, "Deployment").values()
    assert not named(manifests, "ServiceAccount")
    assert binding["subjects"][0]["name"] == deployment["spec"]["template"]["spec"]["serviceAccountName"] == "theirs"


@pytest.mark.parametrize("namespace", ["kube-system", "kube-public", "kube-node-lease", "detector-training"])
def test_a_namespace_in_which_nothing_is_trained_is_refused(render, namespace):
    """The last is that of the release."""
    with pytest.raises(HelmError, match=f"watchNamespaces: {namespace} cannot be watched: the operator does not train in"):
        render(f'watchNamespaces=["a", "{namespace}"]')
