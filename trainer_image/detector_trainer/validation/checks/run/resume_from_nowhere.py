"""The `checkpoint` file of model_dir names a checkpoint that is not there."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from detector_trainer.contract import Finding, Severity, Where
from detector_trainer.validation.inputs import Inputs
from detector_trainer.validation.rule import Cost, Rule

RULE = Rule(
    code="run/resume-from-nowhere",
    severity=Severity.ERROR,
    cost=Cost.META,
    catalogue=(53,),
    silent="worthless: it begins again at step 0, and overwrites what was trained",
    held_by=("tests/trainer/test_config_agrees.py",),
    what=("The file `checkpoint` in model_dir names a checkpoint that does not exist, most often because the folder was moved."),
    why="The trainer starts again at step 0, silently, and overwrites ckpt-1 and so on.",
    fix="Write the names in the file `checkpoint` without a folder (ckpt-7), or remove the file to train anew.",
)


def check(inputs: Inputs) -> Iterator[Finding]:
    """One finding."""
    latest = inputs.latest
    if latest is None or Path(f"{latest.prefix}.index").exists():
        return
    found = sorted(path.name.removesuffix(".index") for path in Path(inputs.model_dir or "").glob("ckpt-*.index"))
    there = f" The folder has {', '.join(found)}." if found else ""
    yield RULE.finding(
        f"The file `checkpoint` names {latest.named}, which does not exist.{there}",
        where=Where(file=f"{inputs.model_dir}/checkpoint", field="model_dir"),
    )
