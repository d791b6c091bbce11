"""A path contains a control character, usually from a Windows path that was read as escapes."""

from __future__ import annotations

from collections.abc import Iterator

from detector_trainer.contract import Finding, Severity
from detector_trainer.validation.inputs import Inputs
from detector_trainer.validation.rule import Cost, Rule

RULE = Rule(
    code="config/control-character-in-path",
    severity=Severity.ERROR,
    cost=Cost.META,
    catalogue=(2,),
    verified_by=("tests/trainer/test_config_agrees.py",),
    what="A path in the config contains a tab, a newline or another control character.",
    why='In a text proto \\n and \\t are escapes: "C:\\new\\train" becomes a path that does not exist.',
    fix="Write / instead of the backslash.",
)


def check(inputs: Inputs) -> Iterator[Finding]:
    """Yield one finding for each path."""
    for field, path in _paths(inputs):
        if any(ord(character) < 32 for character in path):
            yield RULE.finding(
                f"{field} reads {path!r}: a backslash in it was read as an escape.",
                where=inputs.at(field),
            )


def _paths(inputs: Inputs) -> Iterator[tuple[str, str]]:
    yield "train_config.fine_tune_checkpoint", inputs.config.train_config.fine_tune_checkpoint
    for reader in (inputs.train, *inputs.evals):
        yield f"{reader.name}.label_map_path", reader.label_map_path
        for pattern in reader.patterns:
            yield f"{reader.name}.tf_record_input_reader.input_path", pattern.text
