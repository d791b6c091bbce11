"""What a policy wants to start and the API server does not take: said, and asked for again, or the end if it never will."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Final

from detector_operator.api import FailureStatus, Phase
from detector_operator.reconcile.situation import Backoff, Outcome, Situation, wait_for

# Shorter than that of a run: to ask costs little, and nobody tells when a quota has room again.
BACKOFF: Final = Backoff(first=timedelta(seconds=1), most=timedelta(minutes=1))


def held(situation: Situation, outcome: Outcome) -> Outcome:
    """A policy's answer, as far as the API server lets it."""
    refusal = situation.refusal
    if refusal is None or refusal.generation != situation.generation or refusal.action not in outcome.actions:
        return outcome
    why = refusal.why
    if refusal.final:
        failure = FailureStatus(reason=why.reason, message=why.message, hint=why.hint or None)
        return Outcome(phase=Phase.FAILED, reason=failure.reason, message=failure.message, failure=failure)
    due = situation.timer.reached(refusal.at + BACKOFF.after(refusal.times))
    return replace(
        wait_for(why, outcome.phase),
        actions=outcome.actions if due else tuple(action for action in outcome.actions if action != refusal.action),
        failure=outcome.failure,
        training=outcome.training,
    )
