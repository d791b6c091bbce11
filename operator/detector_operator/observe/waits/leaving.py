"""The pod is being taken away, and may still write: a checkpoint in its grace period, or on a node that no longer answers."""

from __future__ import annotations

from detector_operator.observe.causes import disruption
from detector_operator.observe.sight import Sight
from detector_operator.observe.waits import silent_node
from detector_operator.reconcile.runs import Why
from detector_trainer.contract import reasons


def wait(sight: Sight) -> Why | None:
    """Until the pod is gone. Of a node that does not come back somebody has to say so."""
    queued = sight.job is not None and sight.job.suspended
    # One that is done is reported until its Job has counted it, unless its queue has taken it back.
    pod = next((pod for pod in sight.pods if pod.deleted is not None and not (queued and pod.done(sight.kind))), None)
    if pod is None:
        return None
    if not pod.has(disruption.CONDITION):
        # As it shall, if the operator stopped it: only a node that does not answer is reported then.
        return (
            silent_node.wait(sight)
            if sight.stopped_by_us
            else Why(reasons.POD_DELETED, f"{pod.name} was deleted and is stopping.")
        )
    why = disruption.why(pod)
    if why.reason != reasons.NODE_LOST:
        return Why(why.reason, f"{why.message} It is stopping.", why.hint)
    return Why(
        why.reason,
        f"{why.message} Until it is known to be gone, no other run may write into the model directory.",
        f"If the node does not come back: `kubectl delete node {pod.node}`.",
    )
