"""Kinds of trainings: what each is, what a user does with it, and how it ends, whatever is killed meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from cluster.images import ROOT
from cluster.kubectl import Manifest
from cluster.objects import DATA

STEPS = 20
GO = "go"
"""A training with FAKE_WAITS_FOR goes no further than its seventh step before there is a file of this name."""
HALTS = {"FAKE_AT_STEP": "7", "FAKE_WAITS_FOR": GO}


@dataclass(frozen=True)
class Act:
    """What a user does, once the status is as described."""

    name: str
    when: Callable[[Manifest], Any]
    """Condition on the status. It has to stay true until the act is done, whatever is killed."""
    spec: Mapping[str, Any] = field(default_factory=dict)
    """Fields of the spec from then on."""
    annotations: Mapping[str, str] = field(default_factory=dict)
    lets_go: bool = False
    """Writes the file that the trainer waits for."""


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """A kind of training."""

    name: str
    spec: Mapping[str, Any] = field(default_factory=dict)
    fake: Mapping[str, str] = field(default_factory=dict)
    """How the fake trainer behaves."""
    acts: tuple[Act, ...] = ()
    phase: str = "Succeeded"
    reason: str = "Completed"
    """Of the condition Training at the end."""
    failure: str | None = None
    """Reason of the failure at the end, if the phase is Failed or Rejected."""
    verdict: str = "pass"
    progress: str | None = f"{STEPS}/{STEPS}"
    """None if it does not begin, or ends without telling its step: only its log has it, and that may be gone."""
    restarts: int = 0
    runs: Mapping[str, int] | None = field(default_factory=lambda: {"validate": 1, "train": 1})
    """Jobs of each kind, if nothing interrupts one; None if that depends on who is faster."""
    events: tuple[str, ...] = ("ValidationPassed", "Queued", "Completed")
    """Reasons of events that there are in any case."""


def _trains(status: Manifest) -> Any:
    return status.get("training", {}).get("step")


def _in(*phases: str) -> Callable[[Manifest], bool]:
    return lambda status: status.get("phase") in phases


def stopped(status: Manifest) -> bool:
    """Suspended, with nothing left that runs. A run that is only asked to stop may be the faster one, and come to its end."""
    headlines = (each for each in status.get("conditions", ()) if each["type"] == "Training")
    return _in("Suspended")(status) and any(each["message"].startswith("Suspended ") for each in headlines)


CRASH_ONCE = {"FAKE_END": "crash", "FAKE_AT_STEP": "7", "FAKE_ONCE": "1"}
LET_GO = Act("let go", _trains, lets_go=True)
PETS = f"{DATA}/examples/pets"

SCENARIOS = (
    Scenario(name="sound"),
    Scenario(
        name="inline",
        spec={
            "pipelineConfig": {
                "inline": (ROOT / "examples/pets/pipeline.config").read_text(),
                "overrides": {
                    "labelMapPath": f"{PETS}/pet_label_map.pbtxt",
                    "trainInputPaths": [f"{PETS}/pets_examples.record"],
                },
            }
        },
    ),
    Scenario(
        name="crashes-once",
        fake=CRASH_ONCE,
        restarts=1,
        runs={"validate": 1, "train": 2},
        events=("ValidationPassed", "Queued", "Retrying", "Completed"),
    ),
    Scenario(
        name="rejected",
        spec={
            "pipelineConfig": {
                "path": f"{PETS}/pipeline.config",
                "overrides": {
                    "labelMapPath": f"{PETS}/pet_label_map.pbtxt",
                    "trainInputPaths": [f"{PETS}/missing.record"],
                },
            }
        },
        phase="Rejected",
        reason="ValidationRejected",
        failure="ValidationRejected",
        verdict="reject",
        progress=None,
        runs={"validate": 1},
        events=("ValidationRejected",),
    ),
    Scenario(
        name="fails-for-good",
        fake={"FAKE_END": "exit:65:DataError", "FAKE_AT_STEP": "7"},
        phase="Failed",
        reason="DataError",
        failure="DataError",
        progress=f"7/{STEPS}",
        events=("ValidationPassed", "Queued", "DataError"),
    ),
    Scenario(
        name="crashes-too-often",
        spec={"retries": 1},
        fake={"FAKE_END": "crash", "FAKE_AT_STEP": "7"},
        phase="Failed",
        reason="RetriesExhausted",
        failure="Unclassified",
        progress=None,
        restarts=1,
        runs={"validate": 1, "train": 2},
        events=("ValidationPassed", "Queued", "Retrying", "RetriesExhausted"),
    ),
    Scenario(
        name="suspended",
        fake=HALTS,
        acts=(
            Act("suspend", _trains, spec={"suspend": True}),
            Act("resume", stopped, spec={"suspend": False}, lets_go=True),
        ),
        runs={"validate": 1, "train": 2},
        events=("ValidationPassed", "Queued", "Suspended", "Completed"),
    ),
    Scenario(
        name="suspended-first",
        spec={"suspend": True},
        acts=(Act("resume", _in("Suspended"), spec={"suspend": False}),),
        events=("Suspended", "ValidationPassed", "Queued", "Completed"),
    ),
    Scenario(
        name="changed",
        fake=HALTS,
        acts=(Act("change", _trains, spec={"numSteps": 30}, lets_go=True),),
        progress="30/30",
        runs={"validate": 2, "train": 2},
    ),
    Scenario(
        name="changed-at-once",
        acts=(Act("change", lambda _: True, spec={"numSteps": 30}),),
        progress="30/30",
        runs=None,
    ),
    Scenario(
        name="retried-by-hand",
        spec={"retries": 0},
        fake=CRASH_ONCE,
        acts=(Act("retry", _in("Failed"), annotations={"detector-training.io/retry": "1"}),),
        runs={"validate": 2, "train": 2},
        events=("ValidationPassed", "Queued", "RetriesExhausted", "RetryRequested", "Completed"),
    ),
    Scenario(name="waits", fake=HALTS, acts=(LET_GO,)),
)
BY_NAME = {scenario.name: scenario for scenario in SCENARIOS}
