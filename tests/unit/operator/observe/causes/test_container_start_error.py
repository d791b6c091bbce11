"""Given a container that the runtime could not start: its message."""

from __future__ import annotations

import pytest

from detector_operator.api import RetryClass
from support.kubernetes_objects import ended
from support.observed import JOB_STATUS, assert_end, failed_pod

# (state of the container, a part of the message, a part of the hint)
STATES = {
    "StartError": (
        ended(128, reason="StartError", message='exec: "detector-training": executable file not found in $PATH'),
        *("could not be started: exec: ", "command `detector-training`"),
    ),
    "ContainerCannotRun": (
        ended(127, reason="ContainerCannotRun", message="failed to create shim task: no such device"),
        *("could not be started: failed to create shim task", "security context"),
    ),
}


@pytest.mark.parametrize("job_status", JOB_STATUS.values(), ids=JOB_STATUS)
@pytest.mark.parametrize(("state", "message", "hint"), STATES.values(), ids=STATES)
def test_the_message_of_the_runtime_is_reported(state, message, hint, job_status):
    assert_end(failed_pod(state), RetryClass.FAILED, "ContainerCannotStart", message, hint, job_status)
