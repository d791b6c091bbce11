"""Turn Jobs, pods and events, as the API server returns them, into runs. Pure, and without a Kubernetes client.

A run has ended when its Job has ended and none of its pods can still write. `waits` explains what a live run waits for, `causes`
why a run ended if its exit code is not enough; one explanation per file, and the first one that applies is used.
"""

from detector_operator.observe.log import Log
from detector_operator.observe.observe import observe

__all__ = ["Log", "observe"]
