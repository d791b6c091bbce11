"""Reasons are what Kubernetes allows as a condition's reason, and each is defined once."""

from __future__ import annotations

import re

from detector_trainer.contract import reasons

VALUES = {name: value for name, value in vars(reasons).items() if name.isupper()}


def test_each_reason_is_camel_case():
    assert [value for value in VALUES.values() if not re.fullmatch(r"([A-Z]+[a-z0-9]+)+", value)] == []


def test_no_reason_is_said_twice():
    assert len(set(VALUES.values())) == len(VALUES)
