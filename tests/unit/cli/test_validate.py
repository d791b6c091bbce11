"""`detector-training validate`: exit codes, formats, flags."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from detector_trainer.cli import main
from support.inputs import Case


@pytest.fixture
def case(tmp_path: Path) -> Case:
    case = Case(tmp_path)
    case.write()
    return case


def test_what_will_train_exits_0_with_one_line(case: Case, capsys):
    assert main(["validate", "--pipeline-config", str(case.pipeline), "--checkpoint-every-n", "1"]) == 0
    assert capsys.readouterr().out.startswith("PASS  no problem found · 3 records, 3 images, 3 boxes · ")


def test_what_will_not_train_exits_1_and_says_what_where_and_how_to_mend_it(case: Case, capsys):
    case.config.model.ssd.num_classes = 0
    case.write()
    assert main(["validate", "--pipeline-config", str(case.pipeline), "--no-scan", "--checkpoint-every-n", "1"]) == 1
    error, where, what, fix, empty, summary = capsys.readouterr().out.splitlines()
    assert error == "error config/num-classes-unset"
    assert where.startswith(f"  at   {case.pipeline}:")
    assert "model.ssd.num_classes is 0" in what
    assert fix == "  fix  Set num_classes: 37, the largest id of the label map."
    assert (empty, summary[:15]) == ("", "REJECT  1 error")


def test_json_goes_to_a_file_and_a_summary_to_the_termination_message(case: Case, tmp_path: Path, capsys):
    report, message = tmp_path / "report.json", tmp_path / "message"
    flags = ["--format", "json", "--output", str(report), "--termination-message-path", str(message)]
    assert main(["validate", "--pipeline-config", str(case.pipeline), *flags]) == 0
    assert capsys.readouterr().out == ""
    assert json.loads(report.read_text())["verdict"] == "pass"
    summary = json.loads(message.read_text())
    assert (summary["reason"], summary["validation"]["records"]) == ("ValidationPassed", 3)
    assert summary["validation"]["reportPath"] == str(report)


def test_overrides_are_applied(case: Case):
    assert main(["validate", "--pipeline-config", str(case.pipeline), "--set", "trainInputPaths=/no/a.record"]) == 1


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        (["--pipelin-config", "x"], "--pipeline-config"),
        (["--num-steps", "0"], "at least 1"),
        (["--set", "numClasses"], "KEY=VALUE"),
        (["--set", "numClases=3"], "did you mean numClasses?"),
        (["--set", "batchSize=many"], "batchSize must be a whole number above 0, not 'many'"),
    ],
    ids=["misspelt flag", "no steps", "no value", "misspelt key", "no number"],
)
def test_wrong_usage_exits_2_and_says_how_it_is_right(case: Case, flags: list[str], words: str, capsys):
    try:
        code = main(["validate", "--pipeline-config", str(case.pipeline), *flags])
    except SystemExit as ended:
        code = ended.code
    assert code == 2
    assert words in capsys.readouterr().err


def test_an_ignored_code_does_not_count(case: Case):
    case.config.model.ssd.num_classes = 0
    case.write()
    flags = ["--no-scan", "--ignore", "config/num-classes-unset"]
    assert main(["validate", "--pipeline-config", str(case.pipeline), *flags]) == 0


def test_folders_of_the_report_that_are_missing_are_made(case: Case, tmp_path: Path):
    report = tmp_path / "model" / "validation" / "report.json"
    assert main(["validate", "--pipeline-config", str(case.pipeline), "--format", "json", "--output", str(report)]) == 0
    assert json.loads(report.read_text())["verdict"] == "pass"


def test_a_report_that_cannot_be_written_is_no_verdict(case: Case, capsys):
    unwritable = case.record / "report.json"
    assert main(["validate", "--pipeline-config", str(case.pipeline), "--output", str(unwritable)]) == 2
    assert f"cannot write the report to {unwritable}: Not a directory" in capsys.readouterr().err


@pytest.mark.parametrize(("num_classes", "verdict", "code"), [(37, "pass", 0), (0, "reject", 1)], ids=["pass", "reject"])
def test_the_termination_message_carries_the_verdict_when_the_report_cannot_be_written(
    case: Case, tmp_path: Path, capsys, num_classes: int, verdict: str, code: int
):
    case.config.model.ssd.num_classes = num_classes
    case.write()
    unwritable, message = case.record / "report.json", tmp_path / "message"
    flags = ["--output", str(unwritable), "--termination-message-path", str(message)]
    assert main(["validate", "--pipeline-config", str(case.pipeline), *flags]) == code
    summary = json.loads(message.read_text())["validation"]
    assert summary["verdict"] == verdict
    assert "reportPath" not in summary
    assert f"cannot write the report to {unwritable}" in capsys.readouterr().err


def test_a_termination_message_that_cannot_be_written_is_no_verdict(case: Case, capsys):
    unwritable = case.record / "message"
    assert main(["validate", "--pipeline-config", str(case.pipeline), "--termination-message-path", str(unwritable)]) == 2
    assert f"cannot write the termination message to {unwritable}" in capsys.readouterr().err


def test_the_page_can_be_the_report_itself(case: Case, capsys):
    assert main(["validate", "--pipeline-config", str(case.pipeline), "--format", "html"]) == 0
    page = capsys.readouterr().out
    assert page.startswith("<!DOCTYPE html>")
    assert page.endswith("</html>\n")


def test_the_page_is_written_beside_the_report(case: Case, tmp_path: Path, capsys):
    report, page = tmp_path / "validation" / "report.json", tmp_path / "validation" / "report.html"
    flags = ["--format", "json", "--output", str(report), "--html", str(page)]
    assert main(["validate", "--pipeline-config", str(case.pipeline), *flags]) == 0
    assert json.loads(report.read_text())["verdict"] == "pass"
    assert page.read_text().startswith("<!DOCTYPE html>")
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize(("num_classes", "verdict", "code"), [(37, "pass", 0), (0, "reject", 1)], ids=["pass", "reject"])
def test_a_page_that_cannot_be_written_changes_nothing(
    case: Case, tmp_path: Path, capsys, num_classes: int, verdict: str, code: int
):
    case.config.model.ssd.num_classes = num_classes
    case.write()
    unwritable, message = case.record / "report.html", tmp_path / "message"
    flags = ["--html", str(unwritable), "--termination-message-path", str(message)]
    assert main(["validate", "--pipeline-config", str(case.pipeline), *flags]) == code
    assert json.loads(message.read_text())["validation"]["verdict"] == verdict
    assert f"cannot write the page to {unwritable}: Not a directory" in capsys.readouterr().err


def test_a_page_that_cannot_be_made_changes_nothing(case: Case, tmp_path: Path, capsys, monkeypatch: pytest.MonkeyPatch):
    def fail(*_):
        raise MemoryError

    monkeypatch.setattr("detector_trainer.report.page.render", fail)
    page = tmp_path / "report.html"
    assert main(["validate", "--pipeline-config", str(case.pipeline), "--html", str(page)]) == 0
    assert f"cannot write the page to {page}: MemoryError" in capsys.readouterr().err
    assert not page.exists()


def test_what_makes_pages_is_not_imported_for_a_report_without_one(case: Case):
    code = (
        "import sys; from detector_trainer.cli import main; "
        f"main(['validate', '--pipeline-config', {str(case.pipeline)!r}]); "
        "sys.exit(any('report_html' in name for name in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False, capture_output=True).returncode == 0


def test_tensorflow_is_not_imported(case: Case):
    code = (
        "import sys; from detector_trainer.cli import main; "
        f"main(['validate', '--pipeline-config', {str(case.pipeline)!r}]); sys.exit('tensorflow' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False, capture_output=True).returncode == 0


def test_an_old_code_is_ignored_too_with_a_notice(case: Case, capsys):
    case.config.train_config.batch_size = 0
    case.write()
    flags = ["validate", "--pipeline-config", str(case.pipeline), "--no-scan", "--checkpoint-every-n", "1"]
    assert main([*flags, "--ignore", "config/batch-size"]) == 0
    shown = capsys.readouterr()
    assert "info config/invalid-batch-size" in shown.out
    assert "--ignore: config/batch-size is now config/invalid-batch-size" in shown.err
