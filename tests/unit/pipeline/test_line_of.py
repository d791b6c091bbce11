"""The line of a field, for as many findings as there are."""

from __future__ import annotations

from pathlib import Path

import pytest

from detector_trainer.pipeline import load
from detector_trainer.pipeline.load import read_pipeline_config
from detector_trainer.validation.checks.records import no_file
from support.inputs import Case

TEXT = """model { ssd { num_classes: 3 } }
train_config {
  batch_size: 8
}
train_config: < batch_size: 4 >
eval_input_reader { shuffle: true }
eval_input_reader {
  shuffle: false
}
"""


@pytest.fixture
def config(tmp_path: Path) -> load.PipelineConfig:
    path = tmp_path / "pipeline.config"
    path.write_text(TEXT)
    return read_pipeline_config(str(path))


@pytest.mark.parametrize(
    ("field", "line"),
    [
        ("model", 1),
        ("model.ssd.num_classes", 1),
        ("train_config.batch_size", 5),
        ("eval_input_reader[0]", 6),
        ("eval_input_reader[1]", 7),
        ("eval_input_reader[1].shuffle", 8),
        ("eval_input_reader[7]", 7),
        ("train_config.num_steps", None),
    ],
)
def test_the_line_of_a_field(config: load.PipelineConfig, field: str, line: int | None):
    assert config.line_of(field) == line


def test_a_config_is_searched_once_for_the_lines_of_all_findings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """2,000 shards that are missing took 11 s: each searched the whole config, and the directory for similar names."""
    case = Case(tmp_path)
    shards = [str(tmp_path / f"pets-{number:05d}.record") for number in range(2000)]
    case.config.train_input_reader.tf_record_input_reader.input_path[:] = shards
    case.write()
    searched, listed = [], []
    fields, hint = load.fields, no_file._hint
    monkeypatch.setattr(load, "fields", lambda text: searched.append(len(text)) or fields(text))
    monkeypatch.setattr(no_file, "_hint", lambda path: listed.append(path) or hint(path))
    findings = [finding for finding in case.report(scan=False).findings if finding.code == "records/no-file"]
    assert len(findings) == 2000
    assert all(finding.where.line is not None and finding.hint for finding in findings)
    assert len(searched) == 1
    assert listed == shards[: no_file.MOST_HINTS]
