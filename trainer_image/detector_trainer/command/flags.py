"""Parses the flags of a command. Every usage error is an exception, so that a command can put it into its termination message."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from detector_trainer.did_you_mean import closest


class UsageError(Exception):
    """The flags are wrong; the message says which and how."""


class Parser(argparse.ArgumentParser):
    """Raises UsageError where argparse would end the process: the end has to be told in the termination message."""

    def parse(self, argv: Sequence[str]) -> argparse.Namespace:
        """The flags; an unknown one raises UsageError with the nearest name."""
        parsed, unknown = self.parse_known_args(argv)
        if unknown:
            raise UsageError(_about_unknown(unknown[0], self))
        return parsed

    def error(self, message: str) -> None:  # type: ignore[override]
        """Called by argparse."""
        raise UsageError(message)


def overrides_of(pairs: Sequence[str]) -> dict[str, str]:
    """The values of --set.

    Raises:
        UsageError: one is not KEY=VALUE.
    """
    overrides = {}
    for pair in pairs:
        key, equals, value = pair.partition("=")
        if not equals:
            raise UsageError(f"--set {pair}: write it as KEY=VALUE")
        overrides[key] = value
    return overrides


def termination_message_path(argv: Sequence[str]) -> str | None:
    """The value of --termination-message-path, also where the other flags are wrong."""
    name = "--termination-message-path"
    for argument, following in zip(argv, [*argv[1:], ""], strict=True):
        if argument == name:
            return following or None
        if argument.startswith(f"{name}="):
            return argument.partition("=")[2]
    return None


def _about_unknown(argument: str, parser: argparse.ArgumentParser) -> str:
    if not argument.startswith("-"):
        return f"unexpected argument {argument!r}"
    name = argument.partition("=")[0]
    known = [option for action in parser._actions for option in action.option_strings if action.help != argparse.SUPPRESS]
    near = closest(name, known)
    return f"unknown flag {name}" + (f"; did you mean {near[0]}?" if near else "")
