"""What is trained and what is killed, in which order: all of it follows from a seed."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from chaos.scenarios import SCENARIOS, Scenario

T = TypeVar("T")
COMPONENTS = ("operator", "kube-apiserver", "etcd", "kubelet")
LONGEST_PAUSE_SECONDS = 3.0
SLOWEST_STEP_SECONDS = 0.4


@dataclass(frozen=True)
class Kill:
    """One kill, and how long everything is left alone before it."""

    component: str
    pause: float


@dataclass(frozen=True)
class Training:
    """One training."""

    name: str
    scenario: Scenario
    step_seconds: float


@dataclass(frozen=True)
class Plan:
    """Everything."""

    seed: int
    kills: Sequence[Kill]
    trainings: Sequence[Training]


def draw(seed: int, kills: int, trainings: int) -> Plan:
    """Draw a plan: each component is killed equally often, and each scenario is played equally often, give or take one."""
    numbers = random.Random(seed)
    return Plan(
        seed,
        [
            Kill(component, round(numbers.uniform(0, LONGEST_PAUSE_SECONDS), 2))
            for component in _equally_often(COMPONENTS, kills, numbers)
        ],
        [
            Training(f"{scenario.name}-{number}", scenario, round(numbers.uniform(0.02, SLOWEST_STEP_SECONDS), 2))
            for number, scenario in enumerate(_equally_often(SCENARIOS, trainings, numbers), 1)
        ],
    )


def _equally_often(all_of_them: Sequence[T], count: int, numbers: random.Random) -> list[T]:
    drawn: list[T] = []
    while len(drawn) < count:
        drawn += numbers.sample(all_of_them, len(all_of_them))
    return drawn[:count]
