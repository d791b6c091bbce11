"""One kopf operator among several in one event loop: it can end, by itself or because it is stopped, and nothing else does.

`kopf.operator()` takes the event loop for its own: when it ends it cancels every task that was created since it began, by whomever,
and it takes the signals. So its tasks are spawned and stopped here, and a task factory tells which ones they are.
"""

from __future__ import annotations

import asyncio
import platform
from collections.abc import Callable, Coroutine, MutableSet
from contextvars import ContextVar
from typing import Any, Final
from weakref import WeakSet

import kopf

from detector_operator.operate.api_errors import ApiError
from detector_operator.operate.watch import WatchEnded

STOP_SECONDS: Final = 10.0
"""How long kopf has to end its tasks in its own order, before the rest is cancelled."""
_Tasks = MutableSet[asyncio.Task[Any]]
_own: ContextVar[_Tasks | None] = ContextVar("tasks of one kopf operator", default=None)


def tell_tasks_apart(loop: asyncio.AbstractEventLoop) -> None:
    """Have an event loop remember which tasks belong to which kopf operator."""

    def create(loop: asyncio.AbstractEventLoop, coroutine: Coroutine[Any, Any, Any], **more: Any) -> asyncio.Task[Any]:
        task: asyncio.Task[Any] = asyncio.Task(coroutine, loop=loop, **more)
        context = more.get("context")
        own = _own.get() if context is None else context.get(_own)
        if own is not None:
            own.add(task)
        return task

    loop.set_task_factory(create)


async def watch_with_kopf(
    namespace: str | None,
    registry: kopf.OperatorRegistry,
    settings: kopf.OperatorSettings,
    take_signals: Callable[[], None],
) -> None:
    """Run a kopf operator for a namespace, or for the cluster, until it fails or this is cancelled. To be run as a task.

    Args:
        namespace: what to watch; None for the cluster.
        registry: its handlers.
        settings: its settings.
        take_signals: takes the signals back from kopf.

    Raises:
        ApiError: the API server refuses a request, after kopf has repeated it.
        WatchEnded: it ended for no reason that is known.
        Exception: it failed.
    """
    own: _Tasks = WeakSet()
    _own.set(own)
    roots = await kopf.spawn_tasks(
        registry=registry,
        settings=settings,
        clusterwide=namespace is None,
        namespaces=() if namespace is None else (namespace,),
        # kopf's own guess asks for the name of the user, and the user of a container need not have one.
        identity=platform.node(),  # type: ignore[arg-type]
    )
    take_signals()
    _own.set(None)
    try:
        done, _ = await asyncio.wait(roots, return_when=asyncio.FIRST_COMPLETED)
    finally:
        await _stop(set(roots), own)
    errors = [task.exception() for task in done if not task.cancelled()]
    raise _as_ours(next(filter(None, errors), None))


async def _stop(roots: set[asyncio.Task[Any]], own: _Tasks) -> None:
    """End kopf's tasks: those it waits for first, so that it closes its connections; then what it has left behind."""
    for tasks in (roots, own):
        pending = [task for task in tasks if not task.done()]
        for task in pending:
            task.cancel()
        if pending:
            await asyncio.wait(pending, timeout=STOP_SECONDS)
    for task in [*roots, *own]:
        if task.done() and not task.cancelled():
            task.exception()  # seen: nobody else asks for it


def _as_ours(error: BaseException | None) -> BaseException:
    """Make an error of kopf's one of ours, where the API server has answered."""
    if error is None:
        return WatchEnded("kopf has ended")
    if isinstance(error, kopf.LoginError):
        return ApiError(401, "Unauthorized", "the credentials are not accepted")
    status = getattr(error, "status", None)
    if isinstance(status, int):  # kopf's APIError
        message = getattr(error, "message", None)
        wrapped = ApiError(status, "", str(message or error))
        wrapped.__cause__ = error
        return wrapped
    return error
