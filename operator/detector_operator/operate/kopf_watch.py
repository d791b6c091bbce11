"""One kopf operator among several in one event loop: it can end, by itself or because it is stopped, and nothing else does.

`kopf.operator()` takes the event loop for its own: it takes the signals, and when it ends it cancels every task that was created
since it began, by whomever. So its tasks are spawned and stopped here, and a task factory tells which ones they are.
"""

from __future__ import annotations

import asyncio
import platform
from collections.abc import Callable, Collection, Coroutine
from contextvars import ContextVar
from functools import partial
from typing import Any, Final

import kopf

from detector_operator.operate.api_errors import ApiError
from detector_operator.operate.watch import WatchEnded

STOP_SECONDS: Final = 10.0
"""How long a task has to end that was cancelled."""
_Tasks = dict[asyncio.Task[object], None]
"""In the order in which they were created; none that is done."""
_own: ContextVar[_Tasks | None] = ContextVar("tasks of one kopf operator", default=None)


def tell_tasks_apart(loop: asyncio.AbstractEventLoop) -> None:
    """Have an event loop remember which tasks belong to which kopf operator."""

    def create(loop: asyncio.AbstractEventLoop, coroutine: Coroutine[Any, Any, object], **more: Any) -> asyncio.Task[object]:
        task: asyncio.Task[object] = asyncio.Task(coroutine, loop=loop, **more)
        context = more.get("context")
        own = _own.get() if context is None else context.get(_own)
        if own is not None:
            own[task] = None
            task.add_done_callback(partial(_forget, own))
        return task

    loop.set_task_factory(create)  # type: ignore[arg-type] # typeshed's coroutine may also be a generator


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
    own: _Tasks = {}
    roots: Collection[asyncio.Task[object]] = ()
    _own.set(own)
    try:
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
        done, _ = await asyncio.wait(roots, return_when=asyncio.FIRST_COMPLETED)
    finally:
        _own.set(None)
        await _stop(roots, own)
    errors = [task.exception() for task in done if not task.cancelled()]
    raise _as_ours(next(filter(None, errors), None))


async def _stop(roots: Collection[asyncio.Task[object]], own: _Tasks) -> None:
    """End kopf's tasks: first those at its root, which end what they have begun, and close the connections.

    Where one of them has failed it leaves tasks behind. They end one after the other, the older ones first: a watcher waits for
    younger tasks of its own to end its workers, and would wait forever if those were cancelled before it.
    """
    await _cancel([task for task in roots if not task.done()])
    while left := [task for task in own if not task.done()]:
        await _cancel(left[:1])
        own.pop(left[0], None)
    for task in roots:
        if task.done() and not task.cancelled():
            task.exception()  # seen: nobody else asks for it


async def _cancel(tasks: Collection[asyncio.Task[object]]) -> None:
    for task in tasks:
        task.cancel()
    if tasks:
        await asyncio.wait(tasks, timeout=STOP_SECONDS)


def _forget(own: _Tasks, task: asyncio.Task[object]) -> None:
    own.pop(task, None)
    if not task.cancelled():
        task.exception()  # seen: kopf has logged it


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
