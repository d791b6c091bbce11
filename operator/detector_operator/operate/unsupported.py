"""A resource that this version of the operator cannot read: written by a newer one, or before a rule of its schema was added.

It is reported in its status and by an event, and its suspension still holds: whoever runs the cluster can free the GPUs.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from pydantic import ValidationError

from detector_operator.api import ConditionType, DetectorTraining, Metadata
from detector_operator.api.errors import sentences
from detector_operator.api.status import rfc3339
from detector_operator.observe.manifests import items, part
from detector_operator.operate.announcer import announce
from detector_operator.operate.api_errors import ApiError, ConflictError
from detector_operator.operate.api_server import JOBS, ApiServer
from detector_operator.operate.log_format import about
from detector_operator.operate.store import Key, Store
from detector_operator.reconcile.actions import Event
from detector_operator.specs.manifest import Manifest
from detector_trainer.contract import reasons

LONGEST: Final = 1024
"""Characters of a message."""


@dataclass(frozen=True)
class Unsupported:
    """What is done about such a resource."""

    server: ApiServer
    store: Store
    logger: logging.Logger

    async def report(self, key: Key, manifest: Manifest, error: ValidationError, now: datetime) -> None:
        """Write why it cannot be read into its conditions, and stop its runs if it is suspended.

        Raises:
            ApiError: the API server did not take it. To be tried again.
        """
        problems = " ".join(sentences(error, DetectorTraining))
        text = f"This version of the operator cannot read the resource, and leaves what runs as is: {problems}"[:LONGEST]
        self.logger.error("%s", text, extra=about(key))
        if isinstance(spec := manifest.get("spec"), dict) and spec.get("suspend") is True:
            await self._stop_all(key)
        await self._write(key, manifest, text, now)

    async def _stop_all(self, key: Key) -> None:
        for job in self.store.jobs(key):
            metadata = job["metadata"]
            if "deletionTimestamp" not in metadata:
                self.logger.info("stopping Job %s: %s", metadata["name"], reasons.SUSPENDED, extra=about(key))
                await self.server.delete(JOBS, key.namespace, "jobs", metadata["name"], metadata["uid"], propagation="Foreground")

    async def _write(self, key: Key, manifest: Manifest, text: str, now: datetime) -> None:
        """Replace the two conditions of kstatus, and keep all else of a status that is not understood."""
        status, given = part(manifest, "status"), items(part(manifest, "status"), "conditions")
        known = {each.get("type"): each for each in given if isinstance(each, dict)}
        wanted = {ConditionType.RECONCILING.value: "False", ConditionType.STALLED.value: "True"}
        if all((known.get(kind) or {}).get("message") == text for kind in wanted):
            return
        generation = manifest["metadata"].get("generation", 1)
        conditions = [
            {
                "type": kind,
                "status": truth,
                "observedGeneration": generation,
                "lastTransitionTime": rfc3339(now),
                "reason": reasons.UNSUPPORTED_RESOURCE,
                "message": text,
            }
            for kind, truth in wanted.items()
        ]
        kept = [each for each in given if isinstance(each, dict) and each.get("type") not in wanted]
        changed = {**status, "observedGeneration": generation, "conditions": [*kept, *conditions]}
        changed["reason"] = reasons.UNSUPPORTED_RESOURCE
        try:
            written = await self.server.write_status(*key, changed, str(manifest["metadata"]["resourceVersion"]))
        except ConflictError:
            return  # the event of the change comes
        self.store.put_resource(written)
        await self._announce(key, manifest, text, now)

    async def _announce(self, key: Key, manifest: Manifest, text: str, now: datetime) -> None:
        metadata = Metadata.model_validate(
            {name: value for name, value in manifest["metadata"].items() if name in ("name", "namespace", "uid", "generation")}
        )
        about_it = DetectorTraining.model_construct(metadata=metadata, status=None)
        try:
            await announce(self.server, about_it, Event("Warning", reasons.UNSUPPORTED_RESOURCE, text), now)
        except ApiError as error:
            self.logger.warning("event %s: %r", reasons.UNSUPPORTED_RESOURCE, error, extra=about(key))
