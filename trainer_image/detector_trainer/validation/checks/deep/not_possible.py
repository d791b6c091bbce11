"""The deep checks cannot run here."""

from __future__ import annotations

from detector_trainer.contract import Severity
from detector_trainer.validation.rule import Cost, Rule

RULE = Rule(
    code="deep/not-possible",
    severity=Severity.INFO,
    cost=Cost.BUILD,
    what="The deep checks were requested but cannot run here.",
    why="They require the trainer's packages and memory for a model. All other checks ran.",
    fix="Validate where the trainer is installed, with 2 GiB of memory; or remove --deep.",
)
