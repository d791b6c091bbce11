"""How a run is stopped."""

from __future__ import annotations

from detector_operator.operate.api_server import JOBS, ApiServer
from detector_operator.operate.store import Store
from detector_operator.specs.manifest import Manifest


async def stop_job(server: ApiServer, store: Store, namespace: str, job: Manifest) -> bool:
    """Delete a Job: its pods get SIGTERM and their grace period, and the Job stays until they are gone.

    A queue controller would undo anything less: it resumes a Job that it has admitted. Return whether the Job is known to be
    stopping: False if it is gone, which a watch will report.

    Raises:
        ApiError: the API server refuses it.
    """
    metadata = job["metadata"]
    deleted = await server.delete(JOBS, namespace, "jobs", metadata["name"], metadata["uid"], propagation="Foreground")
    if deleted is not None:
        store.put_job(deleted)
    return deleted is not None
