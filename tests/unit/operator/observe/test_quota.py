"""Given the API server's message about a quota: which one, and by how much it is exceeded."""

from __future__ import annotations

from detector_operator.observe.quota import explain_exceeded_quota


def test_an_exceeded_quota_is_explained():
    message = 'pods "p" is forbidden: exceeded quota: few, requested: pods=1, used: pods=2, limited: pods=2'
    assert explain_exceeded_quota(message) == "exceeded quota few: requested pods=1, used pods=2, limited to pods=2."


def test_other_messages_are_not_about_a_quota():
    assert explain_exceeded_quota('pods "p" is forbidden: violates PodSecurity "restricted:latest"') is None
