"""Define the measurements of the operator. Other modules depend on this protocol only, not on the exporter."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from detector_operator.api import Status


class OperatorMetrics(Protocol):
    """Receive measurements. The methods return immediately and never raise."""

    def api_request(self, method: str, code: str, seconds: float) -> None:
        """Record a request to the API server.

        Args:
            method: HTTP method.
            code: HTTP status ("200"), or the kind of error without a response: "timeout" or "connection-error".
            seconds: time until the headers of the response, or until the error.
        """

    def reconcile(self, result: str, seconds: float) -> None:
        """Record a reconcile.

        Args:
            result: "success" or "error" (it is retried).
            seconds: its duration.
        """

    def queue_depth(self, depth: int) -> None:
        """Set the number of resources that are queued."""

    def resync(self, seconds: float, succeeded: bool) -> None:
        """Record that all lists of a watched namespace or the cluster were read, or that this failed."""

    def transition(self, before: Status | None, after: Status, now: datetime) -> None:
        """Record what changed between two statuses that were written."""

    def log_read_failed(self) -> None:
        """Count a container log that could not be read."""

    def namespace_lost(self, namespace: str, lost: bool) -> None:
        """Set whether a watched namespace cannot be read. An empty name means the whole cluster."""


class NoMetrics:
    """Ignore all measurements."""

    def api_request(self, method: str, code: str, seconds: float) -> None:
        """Ignore the measurement."""

    def reconcile(self, result: str, seconds: float) -> None:
        """Ignore the measurement."""

    def queue_depth(self, depth: int) -> None:
        """Ignore the measurement."""

    def resync(self, seconds: float, succeeded: bool) -> None:
        """Ignore the measurement."""

    def transition(self, before: Status | None, after: Status, now: datetime) -> None:
        """Ignore the measurement."""

    def log_read_failed(self) -> None:
        """Ignore the measurement."""

    def namespace_lost(self, namespace: str, lost: bool) -> None:
        """Ignore the measurement."""
