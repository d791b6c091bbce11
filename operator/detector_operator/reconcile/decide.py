"""`decide`: from the resource and what was observed to what to do and what to report."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from detector_operator.api import ConditionType, DetectorTraining, Phase, Status, Stop, ValidationStatus
from detector_operator.api.bounds import within_bounds
from detector_operator.policies import (
    deadline,
    failure,
    leftovers,
    refusal,
    replacement,
    stall,
    start_timeout,
    success,
    suspend,
    training,
    validation,
)
from detector_operator.reconcile import pace, retry
from detector_operator.reconcile.actions import Action, Event, StopRun
from detector_operator.reconcile.conditions import conditions_of
from detector_operator.reconcile.facts import gather
from detector_operator.reconcile.refusal import Refusal
from detector_operator.reconcile.runs import Run
from detector_operator.reconcile.situation import Backoff, Outcome, Situation, with_status
from detector_operator.reconcile.spec_generation import spec_generation, spec_hash
from detector_operator.reconcile.timer import Timer
from detector_trainer.contract import reasons

Policy = Callable[[Situation], Outcome | None]

# The first one that has something to say decides.
POLICIES: tuple[Policy, ...] = (
    success.policy,  # the training ended well
    failure.policy,  # it ended in a way that starting again does not fix, or too often
    suspend.policy,  # asked to pause: stop after a checkpoint, start nothing
    replacement.policy,  # runs of an earlier spec end before one of this spec starts
    deadline.policy,  # it has taken longer than it may
    validation.policy,  # nothing trains before the verdict
    start_timeout.policy,  # its pod is on a node, and does not come to its first step
    stall.policy,  # it runs, and completes no step
    training.policy,  # start, follow, start again
)


@dataclass(frozen=True)
class Decision:
    """What to do now, and the status to write."""

    status: Status
    actions: tuple[Action, ...] = ()
    events: tuple[Event, ...] = ()
    """For transitions from the status that was given to the one that is returned."""
    wake_at: datetime | None = None
    """When to decide again even if nothing is observed until then."""


def decide(
    resource: DetectorTraining,
    runs: Iterable[Run],
    now: datetime,
    *,
    refused: Refusal | None = None,
    backoff: Backoff = Backoff(),  # noqa: B008
    progress_every: timedelta = timedelta(),
) -> Decision:
    """Decide what to do about a resource. Pure; can be called at any moment, any number of times.

    Args:
        resource: with its present status.
        runs: every run that exists, of any generation.
        now: the time, by the operator's clock, in UTC, without fractions of a second if the status is compared.
        refused: the newest start that was refused, if any.
        backoff: how long to wait before a failed run is tried again.
        progress_every: mere progress changes the status at most so often.
    """
    given = resource.status or Status()
    retried = retry.requested(resource)
    timer = Timer(now)
    situation = Situation(
        name=resource.metadata.name,
        generation=spec_generation(resource),
        observed_generation=resource.metadata.generation,
        spec=resource.spec,
        status=retry.reset(given, now) if retried else given,
        runs=tuple(runs),
        timer=timer,
        backoff=backoff,
        refusal=refused if refused is not None and refused.retry == retry.wanted(resource) else None,
    )
    old = () if retried else leftovers.leftovers(situation)
    if situation.status.phase.terminal and given.spec_generation == situation.generation:
        return _ended(resource, situation, old)
    facts = gather(situation)
    outcome = refusal.held(facts, next(answer for policy in POLICIES if (answer := policy(facts)) is not None))
    actions = facts.stop_all(outcome.reason) if outcome.phase.terminal else outcome.actions
    status = _status(facts, outcome, actions, retry.wanted(resource))
    since = given.phase_time if given.phase is status.phase else None
    status = within_bounds(status.model_copy(update={"phase_time": since or now}))
    _wake_for_leftovers(with_status(facts, status), old)
    decision = Decision(status, (*actions, *old), tuple(_events(given, status, outcome, retried=retried)), timer.wake_at)
    due = pace.due(given, status, progress_every)
    if due is not None and not timer.reached(due):
        return Decision(given, decision.actions, (), timer.wake_at)
    return decision


def _wake_for_leftovers(after: Situation, old: tuple[Action, ...]) -> None:
    """Decide again once what is only recorded now is written, and may be deleted."""
    if any(action not in old for action in leftovers.leftovers(after)):
        after.timer.wake_now()


def _ended(resource: DetectorTraining, situation: Situation, old: tuple[Action, ...]) -> Decision:
    """Keep what has ended until the spec changes, or a retry is requested; whatever still runs has to go."""
    headline = situation.status.condition(ConditionType.TRAINING)
    actions = situation.stop_all(headline.reason if headline else reasons.COMPLETED)
    status = _observed(situation.status, situation)
    live = {run.key for run in situation.live_runs}
    if any(each.run not in live for each in status.stops):
        status = status.model_copy(update={"stops": [each for each in status.stops if each.run in live]})
    if status.phase is Phase.SUCCEEDED and retry.wanted(resource) != status.retry:
        status = status.model_copy(update={"retry": retry.wanted(resource)})  # a finished training is never started again
    return Decision(within_bounds(status), (*actions, *old), (), situation.timer.wake_at)


def _observed(status: Status, situation: Situation) -> Status:
    """Return the same status, about the present generation: nothing that counts has changed."""
    generation = situation.observed_generation
    if status.observed_generation == generation:
        return status
    conditions = [condition.model_copy(update={"observed_generation": generation}) for condition in status.conditions]
    return status.model_copy(
        update={"observed_generation": generation, "spec_hash": spec_hash(situation.spec), "conditions": conditions}
    )


def _status(facts: Situation, outcome: Outcome, actions: Iterable[Action], retry_wanted: str | None) -> Status:
    failure_now = None if outcome.phase is Phase.SUCCEEDED else outcome.failure or facts.status.failure
    return Status(
        observed_generation=facts.observed_generation,
        spec_generation=facts.generation,
        spec_hash=spec_hash(facts.spec),
        phase=outcome.phase,
        reason=_reason(outcome),
        retry=retry_wanted,
        stops=_stops(facts, actions, ended=outcome.phase.terminal),
        conditions=conditions_of(facts, outcome),
        validation=facts.validation if facts.validation != ValidationStatus() else None,
        training=outcome.training or facts.status.training,
        failure=failure_now,
    )


def _reason(outcome: Outcome) -> str | None:
    """Return what the phase alone does not tell: why it failed, or what it waits for."""
    if outcome.phase in (Phase.FAILED, Phase.REJECTED):
        return outcome.failure.reason if outcome.failure is not None else outcome.reason
    return outcome.reason if outcome.waiting or outcome.reason == reasons.RETRYING else None


def _stops(facts: Situation, actions: Iterable[Action], *, ended: bool) -> list[Stop]:
    """Return the decisions to stop a run, with those that are made now: they are written before anything is stopped."""
    live = {run.key for run in facts.live_runs}
    kept = [stop for stop in facts.status.stops if not ended or stop.run in live]
    known = {stop.run for stop in kept}
    new = [action for action in actions if isinstance(action, StopRun) and action.run.key not in known]
    return [*kept, *(Stop(run=each.run.key, reason=each.reason, time=facts.timer.now) for each in new)]


def _events(before: Status, after: Status, outcome: Outcome, *, retried: bool) -> Iterable[Event]:
    """Report what has changed: the verdict, and the condition Training, which is the headline of every phase."""
    if retried:
        yield Event("Normal", reasons.RETRY_REQUESTED, f"Trying again: annotation {retry.ANNOTATION} is {after.retry}.")
    headline = after.condition(ConditionType.TRAINING)
    for kind in (ConditionType.VALIDATED, ConditionType.TRAINING):
        old, new = before.condition(kind), after.condition(kind)
        if new is None or (old is not None and (old.reason, old.message) == (new.reason, new.message)):
            continue
        if new is not headline and headline is not None and new.reason in (headline.reason, reasons.VALIDATING):
            continue  # reported by the headline
        waiting = new is headline and outcome.waiting
        if waiting and old is not None and old.reason == new.reason:
            continue
        bad = waiting or new.reason in _WARNINGS or after.phase in (Phase.FAILED, Phase.REJECTED)
        yield Event("Warning" if bad else "Normal", new.reason, new.message)


_WARNINGS = (reasons.VALIDATION_REJECTED, reasons.VALIDATION_FAILED, reasons.RETRYING)
