"""An input_path matches no file (tf.io.gfile.glob)."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from pathlib import Path

from detector_trainer.contract import Finding, Severity
from detector_trainer.pipeline import gfile
from detector_trainer.validation.inputs import Inputs
from detector_trainer.validation.rule import Cost, Rule

RULE = Rule(
    code="records/no-file",
    severity=Severity.ERROR,
    cost=Cost.META,
    catalogue=(6,),
    silent_impact="worse, a warning, where other paths have files: the missing ones are left out",
    verified_by=("tests/trainer/test_config_agrees.py", "tests/trainer/test_gfile_agrees.py"),
    what="An input_path matches no file.",
    why=(
        'If none matches, the trainer ends with "Did not find any input files matching the glob pattern"; if others '
        "do, it trains without these records, silently."
    ),
    fix="Mend the path; it is relative to where the trainer is started, and [ ] * ? in it are wildcards.",
)
MOST_HINTS = 20
"""Paths for which the directory is searched for similar names."""


def check(inputs: Inputs) -> Iterator[Finding]:
    """One finding a path. Training reads no evaluation input: there it is a warning."""
    missing = 0
    for reader in (inputs.train, *inputs.evals):
        field = f"{reader.name}.tf_record_input_reader.input_path"
        for pattern in reader.patterns:
            if pattern.files or gfile.is_remote(pattern.text):
                continue
            training = reader is inputs.train
            missing += 1
            yield RULE.finding(
                f"{pattern.text} matches no file." + ("" if training else " Evaluation would fail; training does not read it."),
                _hint(pattern.text) if missing <= MOST_HINTS else None,
                where=inputs.at(field),
                severity=Severity.ERROR if training else Severity.WARNING,
            )


def _hint(path: str) -> str | None:
    if "PATH_TO_BE_CONFIGURED" in path:
        return "Replace PATH_TO_BE_CONFIGURED by the real path."
    if "[" in path:
        return "[ ] in a path is a wildcard for one character: rename the file, or write ? for each bracket."
    folder = Path(path).parent
    if not folder.exists():
        return f"The folder {folder} does not exist; is it mounted? Relative paths begin where the trainer is started."
    names = sorted(entry.name for entry in folder.iterdir())
    near = difflib.get_close_matches(Path(path).name, names, 3, 0.6)
    return f"The folder has {', '.join(near)}; is that what is meant?" if near else None
