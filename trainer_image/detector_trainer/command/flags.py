"""Parses the flags of a command. Every usage error is an exception, so that a command can put it into its termination message."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from detector_trainer.did_you_mean import closest


class UsageError(Exception):
    """The flags are wrong; the message names the flag and the problem."""


class Parser(argparse.ArgumentParser):
    """A parser that raises UsageError where argparse would exit: the error belongs in the termination message."""

    def parse(self, argv: Sequence[str]) -> argparse.Namespace:
        """Parse the flags.

        Raises:
            UsageError: a flag is unknown (the message suggests the closest one), missing or has a wrong value.
        """
        parsed, unknown = self.parse_known_args(argv)
        if unknown:
            raise UsageError(_about_unknown(unknown[0], self))
        return parsed

    def error(self, message: str) -> None:  # type: ignore[override]
        """Raise UsageError; argparse calls this for every error."""
        raise UsageError(message)


def overrides_of(pairs: Sequence[str]) -> dict[str, str]:
    """Parse the values of --set.

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
    """Return the value of --termination-message-path, even if the other flags are wrong; None if it is not given."""
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
