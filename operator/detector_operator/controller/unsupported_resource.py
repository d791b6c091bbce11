"""Report a resource that the operator does not reconcile: it is invalid, or in a namespace that is not watched.

It is reported in its status and by an event. A resource that this version cannot parse was written for a newer version, or before
a rule of the schema was added; spec.suspend is still respected, so that a user can free the GPUs.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from aiohttp import ClientError
from pydantic import ValidationError

from detector_operator.api import ConditionType, DetectorTraining, Metadata
from detector_operator.api.errors import error_messages
from detector_operator.api.status import rfc3339
from detector_operator.builders.manifest import Manifest, part
from detector_operator.controller.api_errors import ApiError, ConflictError
from detector_operator.controller.api_server import ApiServer
from detector_operator.controller.create_event import create_event
from detector_operator.controller.log_format import about
from detector_operator.controller.stop_job import stop_job
from detector_operator.controller.store import NamespacedName, Store
from detector_operator.controller.unwatched_namespaces import UNWATCHED
from detector_operator.observe.manifests import items
from detector_operator.reconcile.actions import Event
from detector_trainer.contract import reasons

MAX_MESSAGE: Final = 1024
"""Characters of a message."""


@dataclass(frozen=True)
class UnsupportedResourceReporter:
    """Report such resources."""

    server: ApiServer
    store: Store
    logger: logging.Logger

    async def report(self, key: NamespacedName, manifest: Manifest, error: ValidationError, now: datetime) -> None:
        """Write to the conditions why the resource is invalid, and stop its runs if it is suspended.

        Raises:
            ApiError: the status cannot be written now.
        """
        problems = " ".join(error_messages(error, DetectorTraining))
        text = f"This version of the operator cannot parse the resource; existing runs are left as is: {problems}"[:MAX_MESSAGE]
        self.logger.error("%s", text, extra=about(key))
        if isinstance(spec := manifest.get("spec"), dict) and spec.get("suspend") is True:
            await self._stop_runs(key)
        await self._write(key, manifest, reasons.UNSUPPORTED_RESOURCE, text, now)

    async def report_unwatched(self, key: NamespacedName, manifest: Manifest, now: datetime) -> None:
        """Write to the conditions that its namespace is not watched. Existing runs are left as is.

        Raises:
            ApiError: the status cannot be written now.
        """
        text = f"Namespace {key.namespace} is not watched: {UNWATCHED}. Create the DetectorTraining in another namespace."
        await self._write(key, manifest, reasons.NAMESPACE_NOT_WATCHED, text, now)

    async def _stop_runs(self, key: NamespacedName) -> None:
        for job in self.store.jobs(key):
            metadata = job["metadata"]
            if "deletionTimestamp" not in metadata:
                self.logger.info("stopping Job %s: %s", metadata["name"], reasons.SUSPENDED, extra=about(key))
                await stop_job(self.server, self.store, key.namespace, job)

    async def _write(self, key: NamespacedName, manifest: Manifest, reason: str, text: str, now: datetime) -> None:
        """Replace the two conditions of kstatus, and keep the rest of the status, which may be of another version."""
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
            await self._create_event(
                key, manifest, reason, text, now
            )  # before the status: a message that is in the status is not reported again
        try:
            written = await self.server.write_status(*key, changed, str(manifest["metadata"]["resourceVersion"]))
        except ConflictError:
            return  # the watch will report the change
        self.store.put_resource(written)

    async def _create_event(self, key: NamespacedName, manifest: Manifest, reason: str, text: str, now: datetime) -> None:
        given = manifest["metadata"]
        # Not validated: its name may be the invalid part.
        metadata = Metadata.model_construct(
            name=given["name"], namespace=given["namespace"], uid=given["uid"], generation=given.get("generation", 1)
        )
        subject = DetectorTraining.model_construct(metadata=metadata, status=None)
        try:
            await create_event(self.server, subject, Event("Warning", reason, text), now)
        except (ApiError, ClientError, OSError) as error:
            self.logger.warning("cannot create event %s: %r", reason, error, extra=about(key))


def _since(condition: Manifest, truth: str) -> str | None:
    """Return the lastTransitionTime of a condition whose status does not change; None if it changes."""
    since: str | None = condition.get("lastTransitionTime")
    return since if condition.get("status") == truth else None
