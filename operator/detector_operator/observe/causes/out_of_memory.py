"""The kernel killed a process of the container for want of memory."""

from __future__ import annotations

from typing import Final

from detector_operator.observe.sight import Sight
from detector_operator.reconcile.runs import RunKind, Why
from detector_trainer.contract import reasons

LESS: Final = {
    RunKind.VALIDATION: ", or lower its limit of cpu: so many processes read records, each with memory of its own",
    RunKind.TRAINING: ", or make train_config.batch_size smaller",
}


def cause(sight: Sight) -> Why | None:
    """With its limit, and what to do about it."""
    container = sight.end
    if container is None or not sight.is_ours(container) or (container.terminated or {}).get("reason") != "OOMKilled":
        return None
    limit = container.limit("memory")
    if limit is not None:
        return Why(
            reasons.OOM_KILLED,
            f"Container {container.name} was killed: it needed more memory than its limit of {limit}.",
            f"Raise {sight.settings}.resources.limits.memory{LESS[sight.kind]}.",
        )
    return Why(
        reasons.OOM_KILLED,
        f"Container {container.name} was killed: its node had no memory left.",
        f"Say in {sight.settings}.resources.requests.memory how much it needs, so that it gets a node that has it.",
    )
