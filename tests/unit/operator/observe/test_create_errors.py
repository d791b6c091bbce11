"""How the rejection of a Job or its ConfigMap by the API server is explained."""

from __future__ import annotations

import pytest

from detector_operator.observe.create_errors import explain_create_error, explain_name_conflict

NAME = "pets-train-1"
# Status and message, as API servers of Kubernetes 1.35 respond; reason and message; a part of the hint.
REFUSALS = {
    "a quota": (
        403,
        f'jobs.batch "{NAME}" is forbidden: exceeded quota: few, requested: count/jobs.batch=1, used: count/jobs.batch=2, '
        "limited: count/jobs.batch=2",
        "QuotaExceeded",
        f"Cannot create Job {NAME}: exceeded quota few: requested count/jobs.batch=1, used count/jobs.batch=2, "
        "limited to count/jobs.batch=2.",
        "request an increase",
    ),
    "a right that the operator lacks": (
        403,
        'jobs.batch is forbidden: User "system:serviceaccount:a:b" cannot create resource "jobs" in API group "batch" in the '
        'namespace "team"',
        "JobNotCreated",
        f'Cannot create Job {NAME}: jobs.batch is forbidden: User "system:serviceaccount:a:b" cannot create resource "jobs" in '
        'API group "batch" in the namespace "team".',
        "Helm release",
    ),
    "a right of a newer version that an older chart does not grant": (
        403,
        'configmaps "pets-config-0" is forbidden: User "system:serviceaccount:a:b" cannot get resource "configmaps" in API group "" '
        'in the namespace "team"',
        "JobNotCreated",
        f'Cannot create Job {NAME}: configmaps "pets-config-0" is forbidden: User "system:serviceaccount:a:b" cannot get resource '
        '"configmaps" in API group "" in the namespace "team".',
        "Helm release",
    ),
    "a webhook that denies it": (
        400,
        'admission webhook "policy.example.com" denied the request: no team label',
        "JobNotCreated",
        f'Cannot create Job {NAME}: admission webhook "policy.example.com" denied the request: no team label.',
        "cluster administrator",
    ),
    "a webhook that refuses the connection": (
        500,
        'Internal error occurred: failed calling webhook "policy.example.com": failed to call webhook: Post '
        '"https://policy.example.svc:443/check?timeout=10s": dial tcp 10.0.0.1:443: connect: connection refused',
        "JobNotCreated",
        f'Cannot create Job {NAME}: Internal error occurred: failed calling webhook "policy.example.com": failed to call webhook: '
        'Post "https://policy.example.svc:443/check?timeout=10s": dial tcp 10.0.0.1:443: connect: connection refused.',
        "webhook policy.example.com is unreachable or failing",
    ),
    "a webhook without a route": (
        500,
        'Internal error occurred: failed calling webhook "policy.example.com": failed to call webhook: Post '
        '"https://policy.example.svc:443/check": dial tcp 10.0.0.1:443: connect: no route to host',
        "JobNotCreated",
        f'Cannot create Job {NAME}: Internal error occurred: failed calling webhook "policy.example.com": failed to call webhook: '
        'Post "https://policy.example.svc:443/check": dial tcp 10.0.0.1:443: connect: no route to host.',
        "the spec needs no change",
    ),
    "a webhook that does not answer in time": (
        500,
        'Internal error occurred: failed calling webhook "policy.example.com": failed to call webhook: Post '
        '"https://policy.example.svc:443/check?timeout=10s": context deadline exceeded',
        "JobNotCreated",
        f'Cannot create Job {NAME}: Internal error occurred: failed calling webhook "policy.example.com": failed to call webhook: '
        'Post "https://policy.example.svc:443/check?timeout=10s": context deadline exceeded.',
        "administrator has to fix",
    ),
    "an admission policy": (
        422,
        f"jobs.batch \"{NAME}\" is forbidden: ValidatingAdmissionPolicy 'gpus' with binding 'gpus' denied request: too many",
        "JobNotCreated",
        f"Cannot create Job {NAME}: jobs.batch \"{NAME}\" is forbidden: ValidatingAdmissionPolicy 'gpus' with binding 'gpus' "
        "denied request: too many.",
        "cluster administrator",
    ),
    "a namespace that goes": (
        403,
        f'jobs.batch "{NAME}" is forbidden: unable to create new content in namespace team because it is being terminated',
        "JobNotCreated",
        f'Cannot create Job {NAME}: jobs.batch "{NAME}" is forbidden: unable to create new content in namespace team because it '
        "is being terminated.",
        "cluster administrator",
    ),
    "a value that is none": (
        422,
        f'Job.batch "{NAME}" is invalid: spec.template.spec.tolerations[0].operator: Unsupported value: "Sometimes"',
        "InvalidSpec",
        f'The API server rejects Job {NAME}: Job.batch "{NAME}" is invalid: spec.template.spec.tolerations[0].operator: Unsupported '
        'value: "Sometimes".',
        "Fix the field",
    ),
    "a value of the wrong type": (
        400,
        'Job in version "v1" cannot be handled as a Job: json: cannot unmarshal number into Go struct field Toleration.key',
        "InvalidSpec",
        f'The API server rejects Job {NAME}: Job in version "v1" cannot be handled as a Job: json: cannot unmarshal number into Go '
        "struct field Toleration.key.",
        "Fix the field",
    ),
    "more than it takes": (
        413,
        "Request entity too large: limit is 3145728",
        "InvalidSpec",
        f"The API server rejects Job {NAME}: Request entity too large: limit is 3145728.",
        "Fix the field",
    ),
}


@pytest.mark.parametrize(("status", "told", "reason", "message", "hint"), REFUSALS.values(), ids=REFUSALS)
def test_each_error(status, told, reason, message, hint):
    why = explain_create_error(status, told, NAME)
    assert (why.reason, why.message) == (reason, message)
    assert hint in why.hint


@pytest.mark.parametrize("status", [401, 408, 409, 429, 500, 502, 503, 504])
def test_trouble_of_the_server_is_not_an_answer(status):
    assert explain_create_error(status, "etcdserver: request timed out", NAME) is None


def test_a_name_that_someone_else_has_taken():
    why = explain_name_conflict(NAME)
    assert why.message == f"Cannot create Job {NAME}: Job already exists and is not owned by this DetectorTraining."
    assert f"kubectl delete job {NAME}" in why.hint
