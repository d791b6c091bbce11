"""The text of a pipeline config or label map is quoted only where it looks like one: its path may name a mounted Secret."""

from __future__ import annotations

from pathlib import Path

import pytest

from detector_trainer.pipeline.load import LONGEST_PROBLEM, parse_text
from detector_trainer.pipeline.unreadable import Unreadable
from detector_trainer.protos.types import StringIntLabelMap, TrainEvalPipelineConfig
from support.inputs import Case

SECRETS = {
    "a token": "hunter2\n",
    "a key and a value": "password: hunter2\n",
    "an environment file": "USER=admin\nPASSWORD=hunter2\n",
    "a private key": "-----BEGIN PRIVATE KEY-----\nhunter2\n-----END PRIVATE KEY-----\n",
    "a web token": "hunter2.hunter2.hunter2",
    "a kubeconfig": "apiVersion: v1\nusers:\n- user: {token: hunter2}\n",
    "registry credentials": '{"auths": {"registry": {"auth": "hunter2"}}}',
    "a quoted one": '"hunter2"',
    "one without its second quote": "item: 'hunter2\n",
    "an escape": r"password: 'hunter2\u12'",
    "a name in brackets": "[hunter2]: 1",
    "a number": "id: 99999999999999999999999999",
    "a list of names": "hunter2\ncat\ndog\n",
}


def problem(text: str, message: str) -> Unreadable:
    with pytest.raises(Unreadable) as caught:
        parse_text("the file", text, message)
    return caught.value


@pytest.mark.parametrize("kind", [TrainEvalPipelineConfig, StringIntLabelMap])
@pytest.mark.parametrize("text", SECRETS.values(), ids=SECRETS)
def test_a_file_that_looks_like_something_else_is_not_quoted(text: str, kind: str):
    found = problem(text, kind)
    assert not [part for part in ("hunter2", "password", "PASSWORD", "999") if part in f"{found} {found.hint}"]
    assert f"line {found.line} cannot be parsed" in str(found)


def test_it_is_told_what_it_is_not(tmp_path: Path):
    """From the path in a config to the finding."""
    case = Case(tmp_path)
    case.write()
    case.label_map.write_text("hunter2")
    report = case.report(scan=False)
    assert "hunter2" not in report.model_dump_json()
    (finding,) = [finding for finding in report.findings if finding.code == "label-map/syntax-error"]
    assert (finding.where.file, finding.where.line) == (str(case.label_map), 1)
    assert "is not a label map: line 1 cannot be parsed" in finding.message
    assert 'item { id: 1 name: "cat" }' in finding.hint


@pytest.mark.parametrize(
    ("kind", "text", "near"),
    [
        (StringIntLabelMap, "itme { id: 1 }", "item"),
        (TrainEvalPipelineConfig, "modle { ssd {} }", "model"),
        (StringIntLabelMap, "items { id: 1 }", "item"),
    ],
)
def test_a_misspelt_block_gets_the_nearest(kind: str, text: str, near: str):
    assert str(problem(text, kind)).endswith(f"did you mean {near}?")


@pytest.mark.parametrize(
    ("kind", "text", "quoted"),
    [
        (StringIntLabelMap, "item { id: 1 }\nitem { id: 2 nmae: 'dog' }", "nmae: 'dog'"),
        (StringIntLabelMap, "\ufeffitem { id: 1 }", "item { id: 1 }"),
        (StringIntLabelMap, "item\n{ id: one }", "one"),
        (StringIntLabelMap, "item: < id: one >", "one"),
        (TrainEvalPipelineConfig, "model { sssd { } }", "sssd"),
        (TrainEvalPipelineConfig, "\r\n  train_config: {\r\n batchsize: 3 }", "batchsize: 3"),
    ],
)
def test_one_that_looks_as_it_should_is_quoted(kind: str, text: str, quoted: str):
    assert quoted in str(problem(text, kind))


@pytest.mark.parametrize(
    "text", [f"item {{ {'n' * 100_000}: 1 }}", f"item {{ id: {'9' * 100_000} }}", f"item {{ frequency: {'F' * 100_000} }}"]
)
def test_a_long_name_or_number_is_cut(text: str):
    assert len(str(problem(text, StringIntLabelMap))) < LONGEST_PROBLEM + 200


def test_blank_lines_and_spaces_are_passed_over_once():
    """The search for a block does not begin again at each of them."""
    found = problem("\n" * 300_000 + "item" + " " * 300_000 + "hunter2", StringIntLabelMap)
    assert "hunter2" not in str(found)
