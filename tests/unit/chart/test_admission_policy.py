"""The optional ValidatingAdmissionPolicy, as helm renders it; tests/e2e/test_admission_policy.py asks the API server what it does."""

from __future__ import annotations

import json
import re

import pytest
import yaml

from cluster.helm import CHART, HelmError
from detector_operator.api.spec import Trainer, Validation
from support.spec_fields import UNLISTED

ENABLED = "admissionPolicy.enabled=true"
KINDS = {"ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding"}
LISTS = yaml.safe_load((CHART / "values.yaml").read_text(encoding="utf-8"))["admissionPolicy"]["allowed"]
STRICT = f"admissionPolicy.allowed={json.dumps({name: [] for name in LISTS})}"


@pytest.fixture
def policy(render):
    """The policy and its binding, as Kubernetes 1.30 gets them."""

    def rendered(*values, **more):
        manifests = render("crds.install=false", ENABLED, *values, kubernetes="1.30.0", **more)
        return tuple(next(found for found in manifests if found["kind"] == kind) for kind in sorted(KINDS))

    return rendered


def expressions(policy):
    return [rule["expression"] for rule in policy["spec"]["validations"]]


def test_it_is_not_rendered_by_default(render):
    assert not KINDS & {manifest["kind"] for manifest in render()}


def test_a_cluster_that_does_not_have_it_is_refused(render):
    with pytest.raises(HelmError, match=r"admissionPolicy\.enabled needs Kubernetes 1\.30 or newer.*the cluster has v1\.29\.0"):
        render(ENABLED, kubernetes="1.29.0")


def test_it_is_asked_of_every_new_spec_and_of_no_status(policy):
    spec = policy()[0]["spec"]
    (rule,) = spec["matchConstraints"]["resourceRules"]
    assert rule == {
        "apiGroups": ["detector-training.io"],
        "apiVersions": ["*"],
        "operations": ["CREATE", "UPDATE"],
        "resources": ["detectortrainings"],
    }
    assert spec["failurePolicy"] == "Fail"
    assert [condition["name"] for condition in spec["matchConditions"]] == ["spec-changes", "more-than-suspend"]


def test_by_default_it_asks_whether_the_author_may_create_jobs_and_allows_every_field(policy):
    where, who = policy()[0]["spec"]["validations"]
    assert '["kube-node-lease","kube-public","kube-system","detector-training"]' in where["expression"]
    assert who["expression"] == (
        'authorizer.group("batch").resource("jobs").namespace(request.namespace).check("create").allowed()'
    )
    assert who["reason"] == "Forbidden"


def test_in_some_namespaces_it_holds_there_alone(policy):
    found, binding = policy('watchNamespaces=["a", "b"]')
    assert [expression.partition(".")[0] for expression in expressions(found)] == ["authorizer"]
    assert binding["spec"]["matchResources"]["namespaceSelector"]["matchExpressions"] == [
        {"key": "kubernetes.io/metadata.name", "operator": "In", "values": ["a", "b"]}
    ]


def test_the_binding_refuses_or_only_tells(policy):
    found, binding = policy()
    assert (binding["spec"]["policyName"], binding["spec"]["validationActions"]) == (found["metadata"]["name"], ["Deny"])
    assert "matchResources" not in binding["spec"]
    assert policy('admissionPolicy.validationActions=["Warn", "Audit"]')[1]["spec"]["validationActions"] == ["Warn", "Audit"]


def test_a_policy_that_checks_nothing_is_refused(policy):
    with pytest.raises(HelmError, match="there is nothing to check; set "):
        policy('watchNamespaces=["a"]', "admissionPolicy.requireJobRights=false")


@pytest.mark.parametrize("name", LISTS)
def test_each_list_adds_rules_that_name_it_and_the_field(policy, name):
    without = expressions(policy()[0])
    rules = policy(f'admissionPolicy.allowed.{name}=["one"]')[0]["spec"]["validations"]
    added = [rule for rule in rules if rule["expression"] not in without]
    assert added
    for rule in added:
        assert '"one"' in rule["expression"]
        assert re.match(r"spec\.(trainer|validation)\.\S+: ", rule["message"])
        assert f"admissionPolicy.allowed.{name}" in rule["message"]
        assert " is not allowed in this cluster; use one, or remove it" in rule["messageExpression"]


def test_an_entry_is_a_name_or_a_prefix(policy):
    found = policy('admissionPolicy.allowed.serviceAccounts=["reader", "team-*"]')[0]
    (expression,) = set(expressions(found)) - set(expressions(policy()[0]))
    assert 'in ["reader"]' in expression
    assert '["team-"].exists(prefix, ' in expression


def test_what_a_list_has_cannot_end_the_text_it_is_in(policy):
    """A value is data of the expression, whatever it contains."""
    found = policy('admissionPolicy.allowed.serviceAccounts=["a\\"]||true||[\\""]')[0]
    assert any(r'in ["a\"]||true||[\""]' in expression for expression in expressions(found))


def test_an_empty_list_allows_none(policy):
    rules = policy("admissionPolicy.allowed.priorityClasses=[]")[0]["spec"]["validations"]
    assert any("is not allowed in this cluster; remove it" in rule.get("messageExpression", "") for rule in rules)


@pytest.mark.parametrize(("model", "part"), [(Trainer, "trainer"), (Validation, "validation")])
def test_a_list_is_about_every_field_of_a_pod_that_a_spec_can_set(policy, model, part):
    text = json.dumps(policy(STRICT)[0])
    for name, field in model.model_fields.items():
        listed = re.search(rf"variables\.{part}\.\??{field.alias or name}\b", text) is not None
        reason = UNLISTED.get(f"{part}.{name}", UNLISTED.get(name))
        assert listed != bool(reason), (
            f"spec.{part}.{field.alias}: neither in a rule of the policy nor in UNLISTED (tests/support/spec_fields.py), or in both"
        )


def test_two_releases_have_policies_of_their_own(policy):
    names = {policy(release=release)[0]["metadata"]["name"] for release in ("vision", "robots")}
    assert names == {"vision-detector-training", "robots-detector-training"}
