"""A resource that the operator does not act on: it cannot read it, or it is in a namespace where nothing is trained.

It is reported in its status and by an event. One that this version cannot read was written by a newer one, or before a rule of
its schema was added; its suspension still holds: a user can free the GPUs.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from aiohttp import ClientError
from pydantic import ValidationError

from detector_operator.api import ConditionType, DetectorTraining, Metadata
from detector_operator.api.errors import sentences
from detector_operator.api.status import rfc3339
from detector_operator.observe.manifests import items
from detector_operator.operate.announcer import announce
from detector_operator.operate.api_errors import ApiError, ConflictError
from detector_operator.operate.api_server import ApiServer
from detector_operator.operate.log_format import about
from detector_operator.operate.stop_job import stop_job
from detector_operator.operate.store import Key, Store
from detector_operator.operate.unwatched import NOWHERE
from detector_operator.reconcile.actions import Event
from detector_operator.specs.manifest import Manifest, part
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
        await self._write(key, manifest, reasons.UNSUPPORTED_RESOURCE, text, now)

    async def report_unwatched(self, key: Key, manifest: Manifest, now: datetime) -> None:
        """Write that nothing is trained in its namespace, and leave alone whatever runs there.

        Raises:
            ApiError: the API server did not take it. To be tried again.
        """
        text = f"Namespace {key.namespace} is not watched: {NOWHERE}. Create the DetectorTraining in another namespace."
        await self._write(key, manifest, reasons.NAMESPACE_NOT_WATCHED, text, now)

    async def _stop_all(self, key: Key) -> None:
        for job in self.store.jobs(key):
            metadata = job["metadata"]
            if "deletionTimestamp" not in metadata:
                self.logger.info("stopping Job %s: %s", metadata["name"], reasons.SUSPENDED, extra=about(key))
                await stop_job(self.server, self.store, key.namespace, job)

    async def _write(self, key: Key, manifest: Manifest, reason: str, text: str, now: datetime) -> None:
        """Replace the two conditions of kstatus, and keep all else of a status that is not understood."""
        status, given = part(manifest, "status"), items(part(manifest, "status"), "conditions")
        known = {each.get("type"): each for each in given if isinstance(each, dict)}
        wanted = {ConditionType.RECONCILING.value: "False", ConditionType.STALLED.value: "True"}
        generation = manifest["metadata"].get("generation", 1)
        reported = [known.get(kind, {}) for kind in wanted]
        if all((each.get("message"), each.get("observedGeneration")) == (text, generation) for each in reported):
            return
        conditions = [
            {
                "type": kind,
                "status": truth,
                "observedGeneration": generation,
                "lastTransitionTime": _since(known.get(kind, {}), truth) or rfc3339(now),
                "reason": reason,
                "message": text,
            }
            for kind, truth in wanted.items()
        ]
        kept = [each for each in given if isinstance(each, dict) and each.get("type") not in wanted]
        changed = {**status, "observedGeneration": generation, "conditions": [*kept, *conditions]}
        changed["reason"] = reason
        if any(each.get("message") != text for each in reported):
            await self._announce(key, manifest, reason, text, now)  # before the status: what is in it is not reported again
        try:
            written = await self.server.write_status(*key, changed, str(manifest["metadata"]["resourceVersion"]))
        except ConflictError:
            return  # the event of the change comes
        self.store.put_resource(written)

    async def _announce(self, key: Key, manifest: Manifest, reason: str, text: str, now: datetime) -> None:
        given = manifest["metadata"]
        # Not validated: what cannot be read may be its name.
        metadata = Metadata.model_construct(
            name=given["name"], namespace=given["namespace"], uid=given["uid"], generation=given.get("generation", 1)
        )
        about_it = DetectorTraining.model_construct(metadata=metadata, status=None)
        try:
            await announce(self.server, about_it, Event("Warning", reason, text), now)
        except (ApiError, ClientError, OSError) as error:
            self.logger.warning("event %s: %r", reason, error, extra=about(key))


def _since(condition: Manifest, truth: str) -> str | None:
    """Return when a condition got the status that it keeps."""
    since: str | None = condition.get("lastTransitionTime")
    return since if condition.get("status") == truth else None
