"""Map error responses of an API server to exceptions, by their Status: one HTTP code has several meanings."""

from __future__ import annotations

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Final

from detector_operator.api.bounds import WORD, clip

ALREADY_EXISTS: Final = "AlreadyExists"
CONFLICT: Final = "Conflict"
MAX_TEXT_BODY: Final = 500
"""Characters kept of a response that is not a Status, such as an HTML page of a proxy."""
MAX_MESSAGE: Final = 4096
"""Characters kept of a message, which may contain a whole object."""
MAX_BODY_BYTES: Final = 1 << 20
"""Bytes that are read of the response."""


class ApiError(Exception):
    """Report an error response of the API server.

    Args:
        status: HTTP status.
        reason: `reason` of the Status ("NotFound", "AlreadyExists", …); empty if the response has none.
        message: `message` of the Status, or the beginning of a response that is not a Status.
        retry_after: seconds to wait before the next attempt, from the header Retry-After or from the Status.
    """

    def __init__(self, status: int, reason: str, message: str, retry_after: float | None = None) -> None:
        self.status, self.reason, self.retry_after = status, clip(reason, WORD), retry_after
        self.message = clip(message, MAX_MESSAGE)
        super().__init__(self.message)

    @property
    def not_found(self) -> bool:
        """Return whether the object does not exist."""
        return self.status == HTTPStatus.NOT_FOUND


class ConflictError(ApiError):
    """Report that the object has changed since it was read."""


class AlreadyExistsError(ApiError):
    """Report that an object with this name exists. It may be in deletion, and may belong to something else."""


def error_of(status: int, headers: Mapping[str, str], body: bytes) -> ApiError:
    """Build the exception for a response."""
    try:
        parsed = json.loads(body)
    except (ValueError, RecursionError):
        parsed = None
    if not isinstance(parsed, dict):
        return ApiError(status, "", body.decode("utf-8", "replace")[:MAX_TEXT_BODY], _seconds(headers.get("Retry-After")))
    reason, message = str(parsed.get("reason") or ""), str(parsed.get("message") or "")
    kind = AlreadyExistsError if (status, reason) == (HTTPStatus.CONFLICT, ALREADY_EXISTS) else ApiError
    details = parsed.get("details")
    retry_after = headers.get("Retry-After") or (details.get("retryAfterSeconds") if isinstance(details, dict) else None)
    return kind(status, reason, message, _seconds(retry_after))


def _seconds(value: object) -> float | None:
    """Parse a positive number of seconds. (Retry-After may also be a date, which no API server sends.)"""
    if not isinstance(value, str | int | float):
        return None
    try:
        seconds = float(value)
    except ValueError:
        return None
    return seconds if 0 < seconds < float("inf") else None
