"""The flags of train: model_main_tf2's, and ours; a mistake is named with the flag that was meant."""

from __future__ import annotations

import pytest

from detector_trainer.command.flags import UsageError, termination_message_path
from detector_trainer.training.flags import parse

REQUIRED = ("--pipeline_config_path=a.config", "--model_dir=m")


def test_the_flags_of_model_main_tf2_are_passed_on():
    flags = parse([*REQUIRED, "--num_train_steps=7", "--record_summaries=false", "--checkpoint_every_n", "3"])
    assert flags.upstream == {
        "pipeline_config_path": "a.config",
        "model_dir": "m",
        "num_train_steps": 7,
        "record_summaries": False,
        "checkpoint_every_n": 3,
    }


def test_what_is_not_given_is_left_to_model_main_tf2():
    assert set(parse(REQUIRED).upstream) == {"pipeline_config_path", "model_dir"}


BOOLEANS = {"true": True, "t": True, "1": True, "yes": True, "TRUE": True, "false": False, "f": False, "0": False, "no": False}


@pytest.mark.parametrize(
    ("argument", "value"),
    [("--use_tpu", True), ("--nouse_tpu", False), *((f"--use_tpu={text}", value) for text, value in BOOLEANS.items())],
)
def test_booleans_are_written_as_absl_takes_them(argument: str, value: bool):
    assert parse([*REQUIRED, argument]).upstream["use_tpu"] is value


def test_overrides_are_kept_in_order():
    assert list(parse([*REQUIRED, "--set", "b=1", "--set", "a=x=y"]).overrides.items()) == [("b", "1"), ("a", "x=y")]


@pytest.mark.parametrize(
    ("argument", "owns"),
    [("--num_workers=1", True), ("--num_workers=2", False), ("--checkpoint_dir=m", False)],
    ids=["one worker", "workers share it", "evaluation only reads it"],
)
def test_a_training_of_one_worker_owns_its_model_dir(argument: str, owns: bool):
    assert parse([*REQUIRED, argument]).owns_model_dir is owns


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (REQUIRED[:1], "--model_dir is missing"),
        (REQUIRED[1:], "--pipeline_config_path is missing"),
        ((*REQUIRED, "--num_train_step=3"), "did you mean --num_train_steps?"),
        ((*REQUIRED, "--stall_timeout=3"), "did you mean --stall-timeout?"),
        ((*REQUIRED, "--num_train_steps=0"), "--num_train_steps must be at least 1, not 0"),
        ((*REQUIRED, "--checkpoint_every_n=-5"), "--checkpoint_every_n must be at least 1, not -5"),
        ((*REQUIRED, "--num_train_steps=many"), "many"),
        ((*REQUIRED, "--stall-timeout=nan"), "'nan' is not a number of seconds"),
        ((*REQUIRED, "--record_summaries=perhaps"), "'perhaps' is neither true nor false"),
        ((*REQUIRED, "--set", "batchSize"), "write it as KEY=VALUE"),
        ((*REQUIRED, "pets.config"), "unexpected argument 'pets.config'"),
    ],
)
def test_a_mistake_is_named(arguments: tuple[str, ...], words: str):
    with pytest.raises(UsageError, match=words.replace("?", r"\?")):
        parse(arguments)


def test_the_defaults_fit_the_grace_period_of_a_pod():
    """30 s, of which 5 are left to exit; a stall is half an hour without a step."""
    flags = parse(REQUIRED)
    assert (flags.grace_period, flags.stall_timeout, flags.require_gpus) == (25, 1800, 0)


@pytest.mark.parametrize(("text", "seconds"), [("0", 0), ("0.5", 0.5), ("999999999", 999999999)])
def test_the_bounds_of_a_stall_timeout(text: str, seconds: float):
    assert parse([*REQUIRED, f"--stall-timeout={text}"]).stall_timeout == seconds


@pytest.mark.parametrize("text", ["-1", "1e9", "inf", "nan", "", "soon"])
def test_no_stall_timeout(text: str):
    with pytest.raises(UsageError, match="is not a number of seconds"):
        parse([*REQUIRED, f"--stall-timeout={text}"])


@pytest.mark.parametrize(
    ("arguments", "path"),
    [
        (["--termination-message-path", "m"], "m"),
        (["--termination-message-path=m"], "m"),
        (["--termination-message-path=m=n"], "m=n"),
        (["--unknown", "--termination-message-path", "m", "x"], "m"),
        (["--termination-message-path"], None),
        ([], None),
    ],
    ids=["two words", "one word", "a path with =", "beside wrong flags", "without its value", "not given"],
)
def test_where_to_tell_is_known_also_where_the_flags_are_wrong(arguments: list[str], path: str | None):
    assert termination_message_path(["train", *arguments]) == path


@pytest.mark.parametrize(("value", "human", "structured"), [("human", True, False), ("json", False, True), ("both", True, True)])
def test_which_progress_lines_are_written(value: str, human: bool, structured: bool):
    flags = parse([*REQUIRED, f"--progress={value}"])
    assert (flags.human, flags.structured) == (human, structured)
