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
    silent_impact="worse, a warning, where other paths match files: the missing ones are skipped",
    verified_by=("tests/trainer/test_config_agrees.py", "tests/trainer/test_gfile_agrees.py"),
    what="An input_path matches no file.",
    why=(
        'If no path matches, the trainer fails with "Did not find any input files matching the glob pattern"; if others '
        "do, it silently trains without these records."
    ),
    fix="Fix the path; a relative path starts at the trainer's working directory, and [ ] * ? are wildcards.",
)
MOST_HINTS = 20
"""The number of paths for which the directory is searched for similar names."""


def check(inputs: Inputs) -> Iterator[Finding]:
    """Yield one finding for each path. Training reads no evaluation input: there it is a warning."""
    missing = 0
    for reader in (inputs.train, *inputs.evals):
        field = f"{reader.name}.tf_record_input_reader.input_path"
        for pattern in reader.patterns:
            if pattern.files or gfile.is_remote(pattern.text):
                continue
            training = reader is inputs.train
            missing += 1
            yield RULE.finding(
                f"{pattern.text} matches no file."
                + ("" if training else " The evaluation would fail; the training does not read it."),
                _hint(pattern.text) if missing <= MOST_HINTS else None,
                where=inputs.at(field),
                severity=Severity.ERROR if training else Severity.WARNING,
            )


def _hint(path: str) -> str | None:
    if "PATH_TO_BE_CONFIGURED" in path:
        return "Replace PATH_TO_BE_CONFIGURED with the real path."
    if "[" in path:
        return "[ ] in a path is a wildcard for one character: rename the file, or write ? for each bracket."
    folder = Path(path).parent
    if not folder.exists():
        return f"The directory {folder} does not exist; is it mounted? Relative paths start at the trainer's working directory."
    names = sorted(entry.name for entry in folder.iterdir())
    near = difflib.get_close_matches(Path(path).name, names, 3, 0.6)
    return f"The directory contains {', '.join(near)}; is one of these intended?" if near else None
