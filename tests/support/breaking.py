"""Break valid inputs in one place, and assert what the checks report."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from detector_trainer.contract import Finding, Report
from support.inputs import Case, codes
from support.records import Features, features, write

Change = Callable[[Case], None]
BOX = (0.1, 0.2, 0.5, 0.6)


def set_fields(**changes: object) -> Change:
    """Return a change that sets fields of the config by their paths, with `__` for a dot; None clears a field."""

    def change(case: Case) -> None:
        for path, value in changes.items():
            *blocks, name = path.split("__")
            message = case.config
            for block in blocks:
                message = getattr(message, block)
            if value is None:
                message.ClearField(name)
            elif isinstance(value, list):
                getattr(message, name)[:] = value
            else:
                setattr(message, name, value)

    return change


def cosine(**fields: float) -> Change:
    """Return a change that replaces the learning rate with a cosine schedule of these fields."""

    def change(case: Case) -> None:
        rate = case.config.train_config.optimizer.momentum_optimizer.learning_rate.cosine_decay_learning_rate
        rate.Clear()
        for name, value in fields.items():
            setattr(rate, name, value)

    return change


def manual(*steps: int) -> Change:
    """Return a change that replaces the learning rate with a schedule of constant rates from these steps on."""

    def change(case: Case) -> None:
        rate = case.config.train_config.optimizer.momentum_optimizer.learning_rate.manual_step_learning_rate
        rate.initial_learning_rate = 0.0001
        for step in steps:
            rate.schedule.add(step=step, learning_rate=0.0001)

    return change


def label_map(text: str | bytes) -> Change:
    """Return a change that replaces the label map."""

    def change(case: Case) -> None:
        case.label_map.write_bytes(text.encode() if isinstance(text, str) else text)

    return change


def flip(suffix: str, offset: int) -> Change:
    """Return a change that flips a bit in a file of the fine-tune checkpoint."""

    def change(case: Case) -> None:
        path = Path(f"{case.checkpoint}{suffix}")
        data = bytearray(path.read_bytes())
        data[offset] ^= 1
        path.write_bytes(data)

    return change


def resume(case: Case, named: str = "ckpt-2", steps: int | None = None) -> None:
    """Put the checkpoint, which is at step 10, into model_dir; its file `checkpoint` names `named`."""
    shutil.copytree(case.checkpoint.parent, case.model_dir, dirs_exist_ok=True)
    (case.model_dir / "checkpoint").write_text(f'model_checkpoint_path: "{named}"\n')
    if steps is not None:
        case.options["num_steps"] = steps


def assert_only(case: Case, change: Change, code: str, severity: str, *beside: str) -> Finding:
    """Assert that the metadata checks report exactly this finding, and `beside` as warnings; return it."""
    change(case)
    case.write()
    report = case.report(scan=False)
    assert codes(report) == {code: severity, **dict.fromkeys(beside, "warning")}
    (finding,) = (finding for finding in report.findings if finding.code == code)
    assert str(finding.where)
    assert finding.hint
    return finding


def metadata_findings(case: Case, code: str) -> list[Finding]:
    """Return the findings of a code, without the record scan."""
    case.write()
    return [finding for finding in case.report(scan=False).findings if finding.code == code]


class Record(NamedTuple):
    """A record with a mistake, and the feature that is named."""

    record: Features | bytes
    field: str | None


def scanned(case: Case, *records: Any) -> Report:
    """Return the report on a file of these records after a valid one."""
    write(case.record, [features(BOX), *records])
    case.config.ClearField("eval_input_reader")
    case.write()
    return case.report()


def findings_of(report: Report, code: str) -> list[Finding]:
    """Return the findings of a code."""
    return [finding for finding in report.findings if finding.code == code]


def the_error(report: Report) -> Finding:
    """Return the only error of a report."""
    (error,) = (finding for finding in report.findings if finding.severity == "error")
    return error


def assert_named(case: Case, broken: Record, code: str) -> None:
    """Assert that the second record is the only error, with its file, number and field."""
    error = the_error(scanned(case, broken.record))
    assert (error.code, error.where.file, error.where.record, error.where.field) == (code, str(case.record), 1, broken.field)
    assert error.hint


def assert_warned(case: Case, record: Features, code: str) -> Finding:
    """Assert that the second record is accepted with exactly this warning; return it."""
    report = scanned(case, record)
    assert report.verdict == "pass"
    assert codes(report) == {code: "warning"}
    (finding,) = findings_of(report, code)
    assert finding.where.record == 1
    return finding


def evaluate(case: Case, path: Path) -> None:
    """Let the config evaluate on a file."""
    reader = case.config.eval_input_reader.add()
    reader.CopyFrom(case.config.train_input_reader)
    reader.tf_record_input_reader.input_path[:] = [str(path)]


def on_disk(case: Case, data: bytes) -> Report:
    """Return the report on a record file of these bytes."""
    case.record.write_bytes(data)
    case.config.ClearField("eval_input_reader")
    case.write()
    return case.report()


def dataset_findings(case: Case, code: str, *files: list[Features]) -> list[Finding]:
    """Return the findings of a code for a training on these record files."""
    paths = [write(case.folder / f"{number}.record", part) for number, part in enumerate(files)]
    case.config.train_input_reader.tf_record_input_reader.input_path[:] = [str(path) for path in paths]
    case.config.ClearField("eval_input_reader")
    case.write()
    return findings_of(case.report(), code)
