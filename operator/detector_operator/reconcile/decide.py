"""`decide`: from the resource and what was observed to what to do and what to say."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from detector_operator.api import ConditionType, DetectorTraining, Phase, Status, ValidationStatus
from detector_operator.policies import (
    deadline,
    failure,
    leftovers,
    refusal,
    replacement,
    stall,
    success,
    suspend,
    training,
    validation,
)
from detector_operator.reconcile import pace
from detector_operator.reconcile.actions import Action, Event
from detector_operator.reconcile.conditions import conditions_of
from detector_operator.reconcile.facts import gather
from detector_operator.reconcile.refusal import Refusal
from detector_operator.reconcile.runs import Run
from detector_operator.reconcile.situation import Backoff, Outcome, Situation, with_status
from detector_operator.reconcile.spec_generation import spec_generation, spec_hash
from detector_trainer.contract import reasons

Policy = Callable[[Situation], Outcome | None]

# The first one that has something to say decides.
POLICIES: tuple[Policy, ...] = (
    success.policy,  # the training ended well
    failure.policy,  # it ended in a way that starting again will not mend, or too often
    suspend.policy,  # asked to pause: stop after a checkpoint, start nothing
    replacement.policy,  # runs of an earlier spec end before one of this spec starts
    deadline.policy,  # it has taken longer than it may
    validation.policy,  # nothing trains before the verdict
    stall.policy,  # it runs, and does nothing
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
    """What to do about a resource. Pure; can be called at any moment, any number of times.

    Args:
        resource: with its present status.
        runs: every run that is there, of any generation.
        now: the time, in UTC, without fractions of a second if the status is compared.
        refused: the newest start that was not to be had, if any.
        backoff: how long to wait before a failed run is tried again.
        progress_every: mere progress changes the status at most so often.
    """
    status = resource.status or Status()
    situation = _situation(resource, runs, now, backoff, refused)
    if status.phase.terminal and status.spec_generation == situation.generation:
        # What has ended stays ended until the spec changes; whatever still runs has to go.
        headline = status.condition(ConditionType.TRAINING)
        return Decision(_observed(status, situation), situation.stop_all(headline.reason if headline else reasons.COMPLETED))
    facts = gather(situation)
    outcome = refusal.held(facts, next(answer for policy in POLICIES if (answer := policy(facts)) is not None))
    outcome = replace(outcome, actions=(*outcome.actions, *leftovers.leftovers(situation)))
    decision = _concluded(status, facts, outcome)
    due = pace.due(status, decision.status, progress_every)
    if due is not None and now < due:
        return Decision(status, outcome.actions, (), min(filter(None, (due, decision.wake_at))))
    return decision


def _situation(
    resource: DetectorTraining, runs: Iterable[Run], now: datetime, backoff: Backoff, refused: Refusal | None
) -> Situation:
    """What the policies look at, before the facts of the runs are in it."""
    return Situation(
        name=resource.metadata.name,
        generation=spec_generation(resource),
        observed_generation=resource.metadata.generation,
        spec=resource.spec,
        status=resource.status or Status(),
        runs=tuple(runs),
        now=now,
        backoff=backoff,
        refusal=refused,
    )


def _concluded(before: Status, facts: Situation, outcome: Outcome) -> Decision:
    """What follows from a policy's answer. Nothing runs on after an end."""
    status = _status(facts, outcome)
    actions = facts.stop_all(outcome.reason) if outcome.phase.terminal else outcome.actions
    return Decision(status, actions, tuple(_events(before, status, outcome)), _wake_at(with_status(facts, status), outcome))


def _observed(status: Status, situation: Situation) -> Status:
    """The same status, about the generation that is there now: only spec.suspend has changed."""
    generation = situation.observed_generation
    if status.observed_generation == generation:
        return status
    conditions = [condition.model_copy(update={"observed_generation": generation}) for condition in status.conditions]
    return status.model_copy(update={"observed_generation": generation, "conditions": conditions})


def _status(facts: Situation, outcome: Outcome) -> Status:
    failure_now = outcome.failure or facts.status.failure
    return Status(
        observed_generation=facts.observed_generation,
        spec_generation=facts.generation,
        spec_hash=spec_hash(facts.spec),
        phase=outcome.phase,
        conditions=conditions_of(facts, outcome),
        validation=facts.validation if facts.validation != ValidationStatus() else None,
        training=outcome.training or facts.status.training,
        failure=None if outcome.phase is Phase.SUCCEEDED else failure_now,
    )


def _wake_at(after: Situation, outcome: Outcome) -> datetime | None:
    if outcome.phase.terminal:
        return None
    times = (outcome.wake_at, deadline.due(after), stall.due(after))
    return min((time for time in times if time is not None), default=None)


def _events(before: Status, after: Status, outcome: Outcome) -> Iterable[Event]:
    """What has changed: the verdict, and what the condition Training says, which is the headline of every phase."""
    headline = after.condition(ConditionType.TRAINING)
    for kind in (ConditionType.VALIDATED, ConditionType.TRAINING):
        old, new = before.condition(kind), after.condition(kind)
        if new is None or (old is not None and (old.reason, old.message) == (new.reason, new.message)):
            continue
        if new is not headline and headline is not None and new.reason in (headline.reason, reasons.VALIDATING):
            continue  # said by the headline
        waiting = new is headline and outcome.waiting
        if waiting and old is not None and old.reason == new.reason:
            continue
        bad = waiting or new.reason in _WARNINGS or after.phase in (Phase.FAILED, Phase.REJECTED)
        yield Event("Warning" if bad else "Normal", new.reason, new.message)


_WARNINGS = (reasons.VALIDATION_REJECTED, reasons.VALIDATION_FAILED, reasons.RETRYING)
