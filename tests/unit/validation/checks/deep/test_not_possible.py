"""The deep checks cannot run here."""

from __future__ import annotations

from detector_trainer.deep.run import RULES as DEEP_RULES
from detector_trainer.validation.checks.deep.not_possible import RULE

RECORDED: tuple[str, ...] = ()
"""No recorded case shows this finding."""


def test_the_rule_is_one_of_the_deep_checks():
    """tests/unit/deep/test_run.py runs the stages, and tests/trainer/test_deep.py the trainer."""
    assert RULE in DEEP_RULES
    assert RULE.severity == "info"
