"""Every flag of train: how it is written, what kind of value it has, and what holds without it."""

from __future__ import annotations

import re

import pytest

from detector_trainer.command.flags import UsageError
from detector_trainer.training import flags as module
from detector_trainer.training.flags import UPSTREAM, parse

REQUIRED = ("--pipeline_config_path=a.config", "--model_dir=m")

FLAGS_OF_MODEL_MAIN_TF2 = {
    "pipeline_config_path": str,
    "model_dir": str,
    "num_train_steps": int,
    "checkpoint_every_n": int,
    "record_summaries": bool,
    "num_workers": int,
    "use_tpu": bool,
    "tpu_name": str,
    "checkpoint_dir": str,
    "eval_timeout": int,
    "eval_on_train_data": bool,
    "sample_1_of_n_eval_examples": int,
    "sample_1_of_n_eval_on_train_examples": int,
}
EXAMPLES: dict[type, tuple[str, object]] = {str: ("given", "given"), int: ("5", 5), bool: ("false", False)}


def test_the_flags_of_model_main_tf2_are_these():
    assert {flag.name: flag.kind for flag in UPSTREAM} == FLAGS_OF_MODEL_MAIN_TF2


@pytest.mark.parametrize("name", FLAGS_OF_MODEL_MAIN_TF2)
def test_each_is_passed_on_with_its_kind_of_value(name: str):
    text, value = EXAMPLES[FLAGS_OF_MODEL_MAIN_TF2[name]]
    found = parse([*REQUIRED, f"--{name}={text}"]).upstream[name]
    assert (found, type(found)) == (value, type(value))


@pytest.mark.parametrize("name", [name for name, kind in FLAGS_OF_MODEL_MAIN_TF2.items() if kind is bool])
def test_a_boolean_can_be_switched_on_and_off_without_a_value(name: str):
    assert parse([*REQUIRED, f"--{name}"]).upstream[name] is True
    assert parse([*REQUIRED, f"--no{name}"]).upstream[name] is False


@pytest.mark.parametrize("name", ["num_train_steps", "checkpoint_every_n"])
def test_one_step_is_enough(name: str):
    assert parse([*REQUIRED, f"--{name}=1"]).upstream[name] == 1


@pytest.mark.parametrize("name", ["pipeline_config_path", "model_dir"])
def test_an_empty_path_is_a_missing_one(name: str):
    with pytest.raises(UsageError, match=f"--{name} is missing"):
        parse([*REQUIRED, f"--{name}="])


def test_a_flag_is_not_abbreviated():
    with pytest.raises(UsageError, match="unknown flag --num_train; did you mean --num_train_steps"):
        parse([*REQUIRED, "--num_train=3"])


def test_a_flag_like_no_other_is_named_without_a_suggestion():
    with pytest.raises(UsageError, match=r"^unknown flag --zzzz$"):
        parse([*REQUIRED, "--zzzz"])


def test_only_flags_that_help_shows_are_suggested():
    with pytest.raises(UsageError, match="did you mean --use_tpu"):
        parse([*REQUIRED, "--nouse_tp"])


def test_a_value_that_is_none_of_the_choices_is_refused():
    with pytest.raises(UsageError, match="quiet"):
        parse([*REQUIRED, "--progress=quiet"])


# Ours


def test_what_holds_without_our_flags():
    flags = parse(REQUIRED)
    assert (flags.overrides, flags.termination_message_path, flags.log_interval) == ({}, None, 5.0)
    assert (flags.pipeline_config_path, flags.model_dir) == ("a.config", "m")
    assert (flags.evaluates_only, flags.owns_model_dir) == (False, True)


@pytest.mark.parametrize(
    ("argument", "name", "value"),
    [
        ("--termination-message-path=f", "termination_message_path", "f"),
        ("--stall-timeout=7", "stall_timeout", 7.0),
        ("--grace-period=7", "grace_period", 7.0),
        ("--require-gpus=7", "require_gpus", 7),
        ("--log-interval=7", "log_interval", 7.0),
        ("--set=a=b", "overrides", {"a": "b"}),
        ("--checkpoint_dir=m", "evaluates_only", True),
    ],
)
def test_each_of_our_flags_is_read(argument: str, name: str, value: object):
    assert getattr(parse([*REQUIRED, argument]), name) == value


@pytest.mark.parametrize("name", ["stall-timeout", "grace-period", "log-interval"])
def test_no_time_is_negative(name: str):
    with pytest.raises(UsageError, match="between 0 and 1e9"):
        parse([*REQUIRED, f"--{name}=-0.1"])


@pytest.mark.parametrize(("terminal", "human", "structured"), [(True, True, False), (False, True, True)])
def test_on_a_terminal_the_lines_for_programs_are_left_out(
    monkeypatch: pytest.MonkeyPatch, terminal: bool, human: bool, structured: bool
):
    monkeypatch.setattr(module.os, "isatty", lambda descriptor: terminal if descriptor == 1 else not terminal)
    flags = parse(REQUIRED)
    assert (flags.human, flags.structured) == (human, structured)


SHOWN = (
    "detector-training train",
    "--pipeline_config_path PATH",
    "--model_dir PATH",
    "--num_train_steps N",
    "--checkpoint_every_n N",
    "--record_summaries [BOOL]",
    "--tpu_name NAME",
    "--set KEY=VALUE",
    "--termination-message-path FILE",
    "--stall-timeout SECONDS",
    "--grace-period SECONDS",
    "--require-gpus N",
    "--log-interval SECONDS",
    "--progress {human,json,both}",
)


def test_help_shows_how_each_flag_is_written(capsys: pytest.CaptureFixture[str]):
    with pytest.raises(SystemExit) as ended:
        parse(["--help"])
    assert not ended.value.code
    shown = re.sub(r"\s+", " ", capsys.readouterr().out)
    assert [text for text in SHOWN if text not in shown] == []
    assert "--norecord_summaries" not in shown
