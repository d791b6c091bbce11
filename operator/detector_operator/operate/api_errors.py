"""Errors that an API server answers with, by what their Status says: one HTTP status has several meanings."""

from __future__ import annotations

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Final

from detector_operator.api.bounds import WORD, clip

ALREADY_EXISTS: Final = "AlreadyExists"
CONFLICT: Final = "Conflict"
LONGEST_BODY: Final = 500
"""Characters kept of an answer that is not a Status: an HTML page of a proxy."""
LONGEST_MESSAGE: Final = 4096
"""Characters kept of a message, which may echo a whole object."""
LARGEST_BODY: Final = 1 << 20
"""Bytes that are read of the answer."""


class ApiError(Exception):
    """The API server answered with an error.

    Args:
        status: HTTP status.
        reason: `reason` of the Status ("NotFound", "AlreadyExists", …); empty if the answer has none.
        message: `message` of the Status, or the beginning of an answer that is not a Status.
        retry_after: seconds that the server asks its clients to wait before the next attempt.
    """

    def __init__(self, status: int, reason: str, message: str, retry_after: float | None = None) -> None:
        self.status, self.reason, self.retry_after = status, clip(reason, WORD), retry_after
        self.message = clip(message, LONGEST_MESSAGE)
        super().__init__(self.message)

    @property
    def gone(self) -> bool:
        """Whether the object does not exist."""
        return self.status == HTTPStatus.NOT_FOUND


class ConflictError(ApiError):
    """The object has changed since it was read."""


class AlreadyExistsError(ApiError):
    """An object of this name exists, which may be in deletion and need not be ours."""


def error_of(status: int, headers: Mapping[str, str], body: bytes) -> ApiError:
    """Build the error of an answer."""
    try:
        parsed = json.loads(body)
    except (ValueError, RecursionError):
        parsed = None
    if not isinstance(parsed, dict):
        return ApiError(status, "", body.decode("utf-8", "replace")[:LONGEST_BODY], _seconds(headers.get("Retry-After")))
    reason, message = str(parsed.get("reason") or ""), str(parsed.get("message") or "")
    kind = AlreadyExistsError if (status, reason) == (HTTPStatus.CONFLICT, ALREADY_EXISTS) else ApiError
    details = parsed.get("details")
    asked = headers.get("Retry-After") or (details.get("retryAfterSeconds") if isinstance(details, dict) else None)
    return kind(status, reason, message, _seconds(asked))


def _seconds(value: object) -> float | None:
    """A number of seconds above 0. (Retry-After may also be a date: no API server sends one.)"""
    if not isinstance(value, str | int | float):
        return None
    try:
        seconds = float(value)
    except ValueError:
        return None
    return seconds if 0 < seconds < float("inf") else None
