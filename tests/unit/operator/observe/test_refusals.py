"""What is made of an API server's refusal to create a Job or its ConfigMap."""

from __future__ import annotations

import pytest

from detector_operator.observe.refusals import why_refused

NAME = "pets-train-1"
# Status and words, as API servers of Kubernetes 1.35 give them; reason and message; a word of the hint.
REFUSALS = {
    "a quota": (
        403,
        f'jobs.batch "{NAME}" is forbidden: exceeded quota: few, requested: count/jobs.batch=1, used: count/jobs.batch=2, '
        "limited: count/jobs.batch=2",
        "QuotaExceeded",
        f"{NAME} cannot be created: quota few is exceeded: it asks for count/jobs.batch=1; used are count/jobs.batch=2 "
        "of count/jobs.batch=2.",
        "quota raised",
    ),
    "a right that the operator lacks": (
        403,
        'jobs.batch is forbidden: User "system:serviceaccount:a:b" cannot create resource "jobs" in API group "batch" in the '
        'namespace "team"',
        "JobNotCreated",
        f'{NAME} cannot be created: jobs.batch is forbidden: User "system:serviceaccount:a:b" cannot create resource "jobs" in '
        'API group "batch" in the namespace "team".',
        "helm upgrade",
    ),
    "a webhook that says no": (
        400,
        'admission webhook "policy.example.com" denied the request: no team label',
        "JobNotCreated",
        f'{NAME} cannot be created: admission webhook "policy.example.com" denied the request: no team label.',
        "whoever runs the cluster",
    ),
    "a webhook that does not answer": (
        500,
        'Internal error occurred: failed calling webhook "policy.example.com": connection refused',
        "JobNotCreated",
        f'{NAME} cannot be created: Internal error occurred: failed calling webhook "policy.example.com": connection refused.',
        "whoever runs the cluster",
    ),
    "an admission policy": (
        422,
        f"jobs.batch \"{NAME}\" is forbidden: ValidatingAdmissionPolicy 'gpus' with binding 'gpus' denied request: too many",
        "JobNotCreated",
        f"{NAME} cannot be created: jobs.batch \"{NAME}\" is forbidden: ValidatingAdmissionPolicy 'gpus' with binding 'gpus' "
        "denied request: too many.",
        "whoever runs the cluster",
    ),
    "a namespace that goes": (
        403,
        f'jobs.batch "{NAME}" is forbidden: unable to create new content in namespace team because it is being terminated',
        "JobNotCreated",
        f'{NAME} cannot be created: jobs.batch "{NAME}" is forbidden: unable to create new content in namespace team because it '
        "is being terminated.",
        "whoever runs the cluster",
    ),
    "a value that is none": (
        422,
        f'Job.batch "{NAME}" is invalid: spec.template.spec.tolerations[0].operator: Unsupported value: "Sometimes"',
        "InvalidSpec",
        f'The API server refuses {NAME}: Job.batch "{NAME}" is invalid: spec.template.spec.tolerations[0].operator: Unsupported '
        'value: "Sometimes".',
        "Correct the field",
    ),
    "a value of the wrong type": (
        400,
        'Job in version "v1" cannot be handled as a Job: json: cannot unmarshal number into Go struct field Toleration.key',
        "InvalidSpec",
        f'The API server refuses {NAME}: Job in version "v1" cannot be handled as a Job: json: cannot unmarshal number into Go '
        "struct field Toleration.key.",
        "Correct the field",
    ),
    "more than it takes": (
        413,
        "Request entity too large: limit is 3145728",
        "InvalidSpec",
        f"The API server refuses {NAME}: Request entity too large: limit is 3145728.",
        "Correct the field",
    ),
}


@pytest.mark.parametrize(("status", "told", "reason", "message", "hint"), REFUSALS.values(), ids=REFUSALS)
def test_each_refusal(status, told, reason, message, hint):
    why = why_refused(status, told, NAME)
    assert (why.reason, why.message) == (reason, message)
    assert hint in why.hint


@pytest.mark.parametrize("status", [401, 408, 429, 500, 502, 503, 504])
def test_trouble_of_the_server_is_no_answer(status):
    assert why_refused(status, "etcdserver: request timed out", NAME) is None
