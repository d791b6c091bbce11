"""The API server refuses what a spec asks for: nothing will come of it until the spec changes."""

from __future__ import annotations

from datetime import datetime

from detector_operator.api import DetectorTraining, FailureStatus, Phase, Status
from detector_operator.reconcile.decide import Decision, concluded, situation_of
from detector_operator.reconcile.facts import gather
from detector_operator.reconcile.situation import Outcome
from detector_trainer.contract import reasons

HINT = "Correct the field that it names: it is taken over from the spec as it is."


def refused(resource: DetectorTraining, words: str, now: datetime) -> Decision:
    """Failed, with the API server's words."""
    facts = gather(situation_of(resource, (), now))
    failure = FailureStatus(reason=reasons.INVALID_SPEC, message=f"The API server refuses its Job: {words}", hint=HINT)
    return concluded(
        resource.status or Status(),
        facts,
        Outcome(phase=Phase.FAILED, reason=failure.reason, message=failure.message, failure=failure),
    )
