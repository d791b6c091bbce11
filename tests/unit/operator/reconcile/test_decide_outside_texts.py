"""A bad field never stops an action: whatever logs, containers, kubelets and API servers say, decide answers and the status can be
written; a suspension and a deadline still stop the run.
"""

from __future__ import annotations

import json
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from detector_operator.api import Phase
from detector_operator.controller.api_errors import error_of
from detector_operator.observe.create_errors import explain_create_error
from detector_operator.reconcile.actions import StartTraining
from detector_operator.reconcile.create_rejection import CreateRejection
from support.deciding import STARTED, decided, log_of, stops
from support.kubernetes_objects import disrupted, ended, event, job, pod, running, waiting
from support.outside_texts import LOGS, MESSAGES, TEXTS
from support.trainings import T0, at

FEWER = settings(max_examples=max(20, settings().max_examples // 4))


@FEWER
@given(chunks=LOGS, seconds=st.sampled_from([10, 100]))
def test_whatever_is_in_the_log_it_trains_and_a_suspension_and_a_deadline_stop_it(chunks, seconds):
    now = T0 + timedelta(seconds=seconds)
    logs = log_of(chunks, now)
    followed = decided(STARTED, [job()], [pod()], now, logs=logs)
    assert (followed.status.phase, stops(followed)) == (Phase.TRAINING, [])
    for status in (STARTED, followed.status):
        assert stops(decided(status, [job()], [pod()], now, logs=logs, suspend=True))
        late = decided(status, [job()], [pod()], T0 + timedelta(seconds=4000), logs=logs)
        assert (late.status.phase, late.status.reason) == (Phase.FAILED, "DeadlineExceeded")
        assert stops(late)


@FEWER
@given(chunks=LOGS, message=MESSAGES, code=st.sampled_from([0, 64, 65, 70, 74, 75, 78, 137, 143]))
def test_whatever_a_trainer_leaves_its_end_is_recorded(chunks, message, code):
    now = T0 + timedelta(seconds=100)
    over = pod(phase="Failed" if code else "Succeeded", main=ended(code, message=message))
    decision = decided(STARTED, [job()], [over], now, logs=log_of(chunks, now))
    assert decision.status.phase in (Phase.SUCCEEDED, Phase.FAILED, Phase.QUEUED)
    assert (decision.status.phase is Phase.SUCCEEDED) == (code == 0)
    later = decided(decision.status, [job()], [over], now + timedelta(hours=1))
    assert later.status.phase.terminal or any(isinstance(action, StartTraining) for action in later.actions)


@FEWER
@given(message=MESSAGES, code=st.sampled_from([0, 1, 2, 137]))
def test_whatever_a_validation_leaves_its_end_is_recorded(message, code):
    now, spec = T0 + timedelta(seconds=100), {"validation": {"policy": "Enforce"}}
    before = decided(None, [job("validate")], [pod("validate")], T0, **spec).status
    over = pod("validate", phase="Failed" if code else "Succeeded", main=ended(code, message=message))
    decision = decided(before, [job("validate")], [over], now, **spec)
    assert decision.status.validation.counted == 1
    assert decided(decision.status, [job("validate")], [over], now, suspend=True, **spec).status.phase in (
        Phase.SUSPENDED,
        Phase.FAILED,
        Phase.REJECTED,
    )


@FEWER
@given(told=TEXTS, reason=TEXTS | st.sampled_from(["ImagePullBackOff", "CreateContainerConfigError", "RunContainerError"]))
def test_whatever_the_cluster_says_of_a_pod_it_is_reported_and_stopped(told, reason):
    now = T0 + timedelta(seconds=100)
    unscheduled = {"type": "PodScheduled", "status": "False", "reason": reason, "message": told}
    pods = [
        pod(phase="Pending", node=None, conditions=[unscheduled], init={}, main={}),
        pod(phase="Pending", init=waiting(reason, told), main=waiting(reason, told)),
        pod(conditions=[disrupted(reason, told)]),
        pod(phase="Failed", reason=reason, message=told, main=ended(137, reason=reason, message=told)),
        pod(phase="Pending", init=waiting("ContainerCreating"), main=waiting("PodInitializing"), node=told or None),
    ]
    for given_pod in pods:
        events = [event(given_pod, "FailedMount", told), event(job(), reason, told)]
        decision = decided(STARTED, [job()], [given_pod], now, events=events)
        suspended = decided(decision.status, [job()], [given_pod], now, events=events, suspend=True)
        assert given_pod["status"]["phase"] == "Failed" or stops(suspended)
    decided(STARTED, [job()], [], now, events=[event(job(), "FailedCreate", told)])


@FEWER
@given(
    body=TEXTS.map(lambda text: text.encode("utf-8", "surrogatepass")),
    told=TEXTS,
    status=st.sampled_from([400, 403, 409, 413, 422, 500]),
)
def test_whatever_an_api_server_answers_a_suspension_still_acts(body, told, status):
    asked = decided(None, [], [], T0).actions[0]
    answer = json.dumps({"kind": "Status", "reason": told, "message": told}).encode()
    for each in (body, answer):
        error = error_of(status, {}, each)
        why = explain_create_error(status, str(error), "pets-train-1")
        refused = CreateRejection(asked, 1, why, 1, T0) if why is not None else None
        decision = decided(None, [], [], T0, rejection=refused)
        assert decision.status.phase in (Phase.QUEUED, Phase.FAILED)
        assert decided(None, [], [], T0, rejection=refused, suspend=True).status.phase is Phase.SUSPENDED


def test_what_is_sound_is_reported():
    """Else nothing above would be reached."""
    now = T0 + timedelta(seconds=100)
    decision = decided(STARTED, [job()], [pod(main=running())], now, logs=log_of([f"{at(7).to_line()}\n".encode()], now))
    assert decision.status.training.step == 7
