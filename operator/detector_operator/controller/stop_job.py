"""Stop a run."""

from __future__ import annotations

from detector_operator.builders.manifest import Manifest
from detector_operator.controller.api_server import JOBS, ApiServer
from detector_operator.controller.store import Store


async def stop_job(server: ApiServer, store: Store, namespace: str, job: Manifest) -> bool:
    """Delete a Job in the foreground: its pods get SIGTERM and their grace period, and the Job exists until they are gone.

    A queue controller would revert a suspension: it resumes a Job that it has admitted. Return whether the Job is known to be
    stopping; False if it no longer exists, which a watch will report.

    Raises:
        ApiError: the API server rejects the request.
    """
    metadata = job["metadata"]
    deleted = await server.delete(JOBS, namespace, "jobs", metadata["name"], metadata["uid"], propagation="Foreground")
    if deleted is not None:
        store.put_job(deleted)
    return deleted is not None
