"""Run several kopf operators in one event loop, each of which can fail or be stopped without affecting the rest.

`kopf.operator()` assumes that it owns the event loop: it installs signal handlers, and at its end cancels every task that was
created since its start. Therefore its tasks are spawned and stopped here, and a task factory tracks which ones belong to it.
"""

from __future__ import annotations

import asyncio
import platform
from collections.abc import Callable, Collection, Coroutine
from contextvars import ContextVar
from functools import partial
from typing import Any, Final

import kopf

from detector_operator.controller.api_errors import ApiError
from detector_operator.controller.watch import WatchEnded

STOP_SECONDS: Final = 10.0
"""How long a cancelled task may take to end."""
_Tasks = dict[asyncio.Task[object], None]
"""Tasks that are not done, in the order of their creation."""
_own: ContextVar[_Tasks | None] = ContextVar("tasks of one kopf operator", default=None)


def track_kopf_tasks(loop: asyncio.AbstractEventLoop) -> None:
    """Make an event loop track which tasks belong to which kopf operator."""

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
    """Run a kopf operator for a namespace, or for the cluster, until it fails or this task is cancelled.

    Args:
        namespace: namespace to watch; None for the cluster.
        registry: the handlers.
        settings: kopf's settings.
        take_signals: restores the signal handlers that kopf replaced.

    Raises:
        ApiError: the API server rejected a request, after kopf's retries.
        WatchEnded: it ended for an unknown reason.
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
            # kopf's default reads the name of the user, which the user of a container may not have.
            identity=platform.node(),  # type: ignore[arg-type]
        )
        take_signals()
        _own.set(None)
        done, _ = await asyncio.wait(roots, return_when=asyncio.FIRST_COMPLETED)
    finally:
        _own.set(None)
        await _stop(roots, own)
    errors = [task.exception() for task in done if not task.cancelled()]
    raise _convert(next(filter(None, errors), None))


async def _stop(roots: Collection[asyncio.Task[object]], own: _Tasks) -> None:
    """Stop kopf's tasks: first the root tasks, which stop their own tasks and close the connections.

    A root task that failed leaves tasks behind. They are stopped one by one, oldest first: a watcher waits for its younger worker
    tasks, and would wait forever if those were cancelled before it.
    """
    await _cancel([task for task in roots if not task.done()])
    while left := [task for task in own if not task.done()]:
        await _cancel(left[:1])
        own.pop(left[0], None)
    for task in roots:
        if task.done() and not task.cancelled():
            task.exception()  # retrieved, because nothing else does


async def _cancel(tasks: Collection[asyncio.Task[object]]) -> None:
    for task in tasks:
        task.cancel()
    if tasks:
        await asyncio.wait(tasks, timeout=STOP_SECONDS)


def _forget(own: _Tasks, task: asyncio.Task[object]) -> None:
    own.pop(task, None)
    if not task.cancelled():
        task.exception()  # retrieved: kopf has logged it


def _convert(error: BaseException | None) -> BaseException:
    """Convert an error of kopf to an ApiError, if the API server responded."""
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
