"""Jobs, pods and events as the API server returns them, turned into Runs. Pure, and without a Kubernetes client.

A run has ended when its Job has and none of its pods can still write. `waits` says what a live one waits for, `causes` why it
ended where an exit code does not tell; one family a file, and the first that knows answers.
"""

from detector_operator.observe.log import Log
from detector_operator.observe.observe import observe

__all__ = ["Log", "observe"]
