"""Decide: from the resource and the observed runs to actions and the new status."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from detector_operator.api import ConditionType, DetectorTraining, Phase, Status, Stop, ValidationStatus
from detector_operator.api.bounds import within_bounds
from detector_operator.reconcile.actions import Action, DeleteRun, Event, StopRun
from detector_operator.reconcile.conditions import build_conditions
from detector_operator.reconcile.context import Backoff, PolicyResult, ReconcileContext, with_status
from detector_operator.reconcile.create_rejection import CreateRejection
from detector_operator.reconcile.retry_annotation import ANNOTATION, reset_status, retry_requested, retry_value
from detector_operator.reconcile.runs import Run
from detector_operator.reconcile.spec_generation import spec_generation, spec_hash
from detector_operator.reconcile.status_from_runs import update_status
from detector_operator.reconcile.status_throttle import next_write_at
from detector_operator.reconcile.timer import Timer
from detector_trainer.contract import reasons

Policy = Callable[[ReconcileContext], PolicyResult | None]


@dataclass(frozen=True, kw_only=True)
class PolicySet:
    """Hold the policies that `decide` applies. `policies.chain.POLICIES` is the only one outside tests."""

    chain: tuple[Policy, ...]
    """The first policy that returns a result decides. The last one always does."""
    apply_rejection: Callable[[ReconcileContext, PolicyResult], PolicyResult]
    """Changes the result if the API server rejected the run that it starts."""
    prune_finished_jobs: Callable[[ReconcileContext], tuple[DeleteRun, ...]]
    """Selects the Jobs of finished runs to delete."""


@dataclass(frozen=True)
class Decision:
    """Hold the actions to execute now, and the status to write."""

    status: Status
    actions: tuple[Action, ...] = ()
    events: tuple[Event, ...] = ()
    """Transitions from the given status to the returned one."""
    requeue_at: datetime | None = None
    """When to decide again even if nothing changes until then."""


def decide(
    resource: DetectorTraining,
    runs: Iterable[Run],
    now: datetime,
    policies: PolicySet,
    *,
    rejection: CreateRejection | None = None,
    backoff: Backoff = Backoff(),  # noqa: B008
    progress_interval: timedelta = timedelta(),
) -> Decision:
    """Decide what to do about a resource. Pure: it may be called at any moment, any number of times.

    Args:
        resource: the resource with its current status.
        runs: all runs that exist, of any generation.
        now: current time by the operator's clock, in UTC, in whole seconds if statuses are compared.
        policies: the policies to apply.
        rejection: the newest start that the API server rejected, if any.
        backoff: delay before a failed run is retried.
        progress_interval: minimum time between two status changes for progress alone.
    """
    given = resource.status or Status()
    retried = retry_requested(resource)
    timer = Timer(now)
    context = ReconcileContext(
        name=resource.metadata.name,
        generation=spec_generation(resource),
        observed_generation=resource.metadata.generation,
        spec=resource.spec,
        status=reset_status(given, now) if retried else given,
        runs=tuple(runs),
        timer=timer,
        backoff=backoff,
        rejection=rejection if rejection is not None and rejection.retry == retry_value(resource) else None,
    )
    pruned = () if retried else policies.prune_finished_jobs(context)
    if context.status.phase.terminal and given.spec_generation == context.generation:
        return _keep_terminal(resource, context, pruned)
    context = update_status(context)
    result = next(result for policy in policies.chain if (result := policy(context)) is not None)
    result = policies.apply_rejection(context, result)
    actions = context.stop_all(result.reason) if result.phase.terminal else result.actions
    status = _build_status(context, result, actions, retry_value(resource))
    since = given.phase_time if given.phase is status.phase else None
    status = within_bounds(status.model_copy(update={"phase_time": since or now}))
    if any(action not in pruned for action in policies.prune_finished_jobs(with_status(context, status))):
        timer.requeue_now()  # a run whose end is only recorded now may be deleted once this status is written
    events = tuple(_events(given, status, result, retried=retried))
    next_write = next_write_at(given, status, progress_interval)
    if next_write is not None and not timer.reached(next_write):
        status, events = given, ()
    return Decision(status, (*actions, *pruned), events, timer.requeue_at)


def _keep_terminal(resource: DetectorTraining, context: ReconcileContext, pruned: tuple[Action, ...]) -> Decision:
    """Keep a terminal phase until the spec changes or a retry is requested; stop all runs that are still live."""
    headline = context.status.condition(ConditionType.TRAINING)
    actions = context.stop_all(headline.reason if headline else reasons.COMPLETED)
    status = _with_observed_generation(context.status, context)
    live = {run.key for run in context.live_runs}
    if any(stop.run not in live for stop in status.stops):
        status = status.model_copy(update={"stops": [stop for stop in status.stops if stop.run in live]})
    if status.phase is Phase.SUCCEEDED and retry_value(resource) != status.retry:
        status = status.model_copy(update={"retry": retry_value(resource)})  # a finished training is never started again
    return Decision(within_bounds(status), (*actions, *pruned), (), context.timer.requeue_at)


def _with_observed_generation(status: Status, context: ReconcileContext) -> Status:
    """Return the same status for the current generation, which changed nothing that is trained."""
    generation = context.observed_generation
    if status.observed_generation == generation:
        return status
    conditions = [condition.model_copy(update={"observed_generation": generation}) for condition in status.conditions]
    return status.model_copy(
        update={"observed_generation": generation, "spec_hash": spec_hash(context.spec), "conditions": conditions}
    )


def _build_status(context: ReconcileContext, result: PolicyResult, actions: Iterable[Action], retry: str | None) -> Status:
    failure = None if result.phase is Phase.SUCCEEDED else result.failure or context.status.failure
    return Status(
        observed_generation=context.observed_generation,
        spec_generation=context.generation,
        spec_hash=spec_hash(context.spec),
        phase=result.phase,
        reason=_status_reason(result),
        retry=retry,
        stops=_stops(context, actions, terminal=result.phase.terminal),
        conditions=build_conditions(context, result),
        validation=context.validation if context.validation != ValidationStatus() else None,
        training=result.training or context.status.training,
        failure=failure,
    )


def _status_reason(result: PolicyResult) -> str | None:
    """Return status.reason: why the training failed, or what it waits for. None where the phase is self-explanatory."""
    if result.phase in (Phase.FAILED, Phase.REJECTED):
        return result.failure.reason if result.failure is not None else result.reason
    return result.reason if result.waiting or result.reason == reasons.RETRYING else None


def _stops(context: ReconcileContext, actions: Iterable[Action], *, terminal: bool) -> list[Stop]:
    """Return status.stops with the stops decided now: they are written before any run is stopped."""
    live = {run.key for run in context.live_runs}
    kept = [stop for stop in context.status.stops if not terminal or stop.run in live]
    known = {stop.run for stop in kept}
    new = [action for action in actions if isinstance(action, StopRun) and action.run.key not in known]
    return [*kept, *(Stop(run=each.run.key, reason=each.reason, time=context.timer.now) for each in new)]


def _events(before: Status, after: Status, result: PolicyResult, *, retried: bool) -> Iterable[Event]:
    """Yield an event for each change: of the verdict, and of the condition Training, which describes every phase."""
    if retried:
        yield Event("Normal", reasons.RETRY_REQUESTED, f"Retrying: annotation {ANNOTATION} is {after.retry}.")
    headline = after.condition(ConditionType.TRAINING)
    for kind in (ConditionType.VALIDATED, ConditionType.TRAINING):
        old, new = before.condition(kind), after.condition(kind)
        if new is None or (old is not None and (old.reason, old.message) == (new.reason, new.message)):
            continue
        if new is not headline and headline is not None and new.reason in (headline.reason, reasons.VALIDATING):
            continue  # reported by the headline
        waiting = new is headline and result.waiting
        if waiting and old is not None and old.reason == new.reason:
            continue
        warning = waiting or new.reason in _WARNINGS or after.phase in (Phase.FAILED, Phase.REJECTED)
        yield Event("Warning" if warning else "Normal", new.reason, new.message)


_WARNINGS = (reasons.VALIDATION_REJECTED, reasons.VALIDATION_FAILED, reasons.RETRYING)
