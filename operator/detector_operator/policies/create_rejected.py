"""Report a Job that the API server rejects, and try again with backoff; fail if the same Job would always be rejected."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Final

from detector_operator.api import FailureStatus
from detector_operator.reconcile.context import Backoff, PolicyResult, ReconcileContext, failed_result, waiting_result

# Shorter than that of a run: a request is cheap, and nothing reports when a quota has room again.
BACKOFF: Final = Backoff(initial=timedelta(seconds=1), maximum=timedelta(minutes=1))


def apply(context: ReconcileContext, result: PolicyResult) -> PolicyResult:
    """Return the result of a policy, changed if the API server rejected the run that it starts."""
    rejection = context.rejection
    if rejection is None or rejection.generation != context.generation or rejection.action not in result.actions:
        return result
    cause = rejection.cause
    if rejection.final:
        return failed_result(FailureStatus(reason=cause.reason, message=cause.message, hint=cause.hint or None))
    due = context.timer.reached(rejection.time + BACKOFF.after(rejection.attempts))
    return replace(
        waiting_result(cause, result.phase),
        actions=result.actions if due else tuple(action for action in result.actions if action != rejection.action),
        failure=result.failure,
        training=result.training,
    )
