"""The optional NetworkPolicy of the pods that validate and train."""

from __future__ import annotations

import json

import pytest

from cluster.helm import HelmError
from detector_operator.builders.labels import RUN
from support.manifests import training_job, validation_job

ENABLED = "trainingNetworkPolicy.enabled=true"
DNS = [{"ports": [{"port": 53, "protocol": "UDP"}, {"port": 53, "protocol": "TCP"}]}]


def policies(manifests):
    return {found["metadata"]["namespace"]: found for found in manifests if found["kind"] == "NetworkPolicy"}


def test_it_is_not_rendered_by_default(render):
    assert policies(render('watchNamespaces=["a"]')) == {}


def test_it_is_in_each_watched_namespace_or_in_those_that_are_named(render):
    assert policies(render(ENABLED, 'watchNamespaces=["a", "b"]')).keys() == {"a", "b"}
    assert policies(render(ENABLED, 'trainingNetworkPolicy.namespaces=["c"]')).keys() == {"c"}


def test_where_all_are_watched_they_have_to_be_named(render):
    with pytest.raises(HelmError, match="has to be set: watchNamespaces is empty"):
        render(ENABLED)


def test_it_is_about_the_pods_of_both_jobs_and_no_others(render):
    selector = policies(render(ENABLED, 'watchNamespaces=["a"]'))["a"]["spec"]["podSelector"]
    (expression,) = selector["matchExpressions"]
    assert (expression["key"], expression["operator"]) == (RUN, "Exists")
    for job in (validation_job(), training_job()):
        labels = job["spec"]["template"]["metadata"]["labels"]
        assert selector["matchLabels"].items() <= labels.items()
        assert RUN in labels


def test_they_reach_names_and_nothing_else(render):
    spec = policies(render(ENABLED, 'watchNamespaces=["a"]'))["a"]["spec"]
    assert (spec["policyTypes"], spec["egress"]) == (["Egress"], DNS)


def test_not_even_names(render):
    spec = policies(render(ENABLED, "trainingNetworkPolicy.dns=false", 'watchNamespaces=["a"]'))["a"]["spec"]
    assert spec["egress"] == []


def test_what_else_they_reach_is_said_as_in_a_network_policy(render):
    rules = [
        {"to": [{"ipBlock": {"cidr": "10.0.0.0/8"}}], "ports": [{"port": 443, "protocol": "TCP"}]},
        {"ports": [{"port": "http"}]},
    ]
    given = f"trainingNetworkPolicy.egress={json.dumps(rules)}"
    assert policies(render(ENABLED, given, 'watchNamespaces=["a"]'))["a"]["spec"]["egress"] == [*DNS, *rules]
