"""What the operator measures about itself. The modules that measure know this protocol only, not who exports the numbers."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from detector_operator.api import Status


class OperatorMetrics(Protocol):
    """Receives a measurement where it is taken. The methods return immediately and never raise."""

    def api_request(self, method: str, code: str, seconds: float) -> None:
        """Record a request to the API server.

        Args:
            method: HTTP method.
            code: HTTP status ("200"), or the kind of error if no answer came: "timeout" or "connection-error".
            seconds: time until the headers of the answer, or until the error.
        """

    def reconcile(self, result: str, seconds: float) -> None:
        """Record a reconcile.

        Args:
            result: "success" or "error" (it is tried again).
            seconds: how long it took.
        """

    def queue_depth(self, depth: int) -> None:
        """Set the number of resources that wait for a reconcile."""

    def resync(self, seconds: float, succeeded: bool) -> None:
        """Record that all lists of a watched namespace, or of the cluster, were read, or could not be read."""

    def transition(self, before: Status | None, after: Status, now: datetime) -> None:
        """Record what a written status has that the one before it had not."""

    def log_read_failed(self) -> None:
        """Count a container log that could not be read."""

    def namespace_lost(self, namespace: str, lost: bool) -> None:
        """Set whether a watched namespace cannot be read. An empty name stands for the whole cluster."""


class NoMetrics:
    """Measures nothing."""

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
