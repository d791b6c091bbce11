"""Plays a plan: applies trainings, acts on each as its scenario defines, and has components killed meanwhile."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from chaos.client import Client
from chaos.judge import Problem, created_jobs, interruptions, judge
from chaos.kills import Kills, ways
from chaos.plan import Plan, Training
from chaos.record import Record
from chaos.scenarios import GO
from cluster.kubectl import Kubectl, KubectlError, Manifest
from cluster.objects import DATA, pets
from cluster.operators import Operator
from cluster.up import Cluster
from cluster.waiting import NotInTime, until

AT_ONCE = 6
"""Trainings at a time: as many as keep two processors busy."""
LONGEST_SECONDS = 300.0
"""From the apply of a training, or from the last kill if that was later, to its end."""
QUIET_SECONDS = 5.0
"""After the last end: something that should not happen any more has so long to happen."""
TERMINAL = ("Succeeded", "Failed", "Rejected")
DIARY = "fake-diary"


@dataclass
class Played:
    """A training that was applied."""

    training: Training
    manifest: Manifest
    began: float = field(default_factory=time.time)
    acts: int = 0
    """How many of its acts are done."""
    ended: float | None = None

    def overdue(self, kills: Kills) -> bool:
        """Return whether it has not reached its end although nothing has disturbed it for long enough."""
        return self.ended is None and time.time() - max(self.began, kills.last) > LONGEST_SECONDS


@dataclass(frozen=True)
class Result:
    """The results of a plan."""

    plan: Plan
    kills: Kills
    record: Record
    played: list[Played]
    problems: list[Problem]
    interrupted: int
    seconds: float


@dataclass(frozen=True)
class Stage:
    """Where a plan is played."""

    cluster: Cluster
    operator: Operator
    kubectl: Kubectl
    """In the namespace of the trainings."""
    folder: Path
    """What the volume is, on this machine: it has examples/ in it."""
    volume: Manifest
    trainer: str
    """Name of the fake trainer's image."""


def play(stage: Stage, plan: Plan) -> Result:
    """Play a plan to its end, and judge it."""
    began, record, kills, ends = time.time(), Record(), Kills(plan), threading.Event()
    played: list[Played] = []
    killing = threading.Thread(target=kills.run, args=(ways(stage.cluster, stage.operator), ends), daemon=True)
    with ExitStack() as stack:
        stack.enter_context(record.watching(Client.of(stage.cluster), stage.kubectl.namespace))
        killing.start()
        try:
            _play(stage, plan, record, kills, played)
        finally:
            ends.set()
            killing.join(timeout=LONGEST_SECONDS)
        time.sleep(QUIET_SECONDS)
        _catch_up(stage, record)
    created = created_jobs(stage.cluster.places.logs / "audit.log", stage.kubectl.namespace)
    problems = [
        problem
        for each in played
        for problem in judge(each.training, record, created, _diary(stage, each), finished=each.ended is not None)
    ]
    interrupted = sum(interruptions(each.training, record) for each in played)
    return Result(plan, kills, record, played, problems, interrupted, time.time() - began)


def _play(stage: Stage, plan: Plan, record: Record, kills: Kills, played: list[Played]) -> None:
    """Apply and act until all trainings have ended, or had time enough, and all kills are done."""
    waiting = list(plan.trainings)
    while waiting or any(each.ended is None and not each.overdue(kills) for each in played) or kills.share < 1:
        for error in (kills.error, record.error):
            if error is not None:
                raise error
        under_way = [each for each in played if each.ended is None and not each.overdue(kills)]
        # Neither runs ahead: the last kills find something to disturb, and each training is disturbed by its part of them.
        due = math.ceil(len(plan.trainings) * kills.share) + AT_ONCE // 2
        kills.allowed = math.ceil(len(plan.kills) * (len(played) - len(under_way) + AT_ONCE) / max(len(plan.trainings), 1))
        if waiting and len(under_way) < AT_ONCE and len(played) < due:
            new = Played(waiting[0], _manifest(stage, waiting[0]))
            if _applied(stage, new.manifest):
                played.append(new)
                waiting.pop(0)
        for each in under_way:
            _act(stage, each, record)
        time.sleep(0.1)


def _act(stage: Stage, each: Played, record: Record) -> None:
    """Do what is next with a training, or note its end."""
    seen = record.latest("detectortrainings", each.training.name)
    if seen is None:
        return
    acts = each.training.scenario.acts
    if each.acts == len(acts):
        if _ended(seen, each.manifest):
            each.ended = time.time()
        return
    act = acts[each.acts]
    if not act.when(seen.get("status", {})):
        return
    metadata = {**each.manifest["metadata"]}
    if act.annotations:
        metadata["annotations"] = {**metadata.get("annotations", {}), **act.annotations}
    changed = {**each.manifest, "metadata": metadata, "spec": {**each.manifest["spec"], **act.spec}}
    if changed != each.manifest and not _applied(stage, changed):
        return
    each.manifest, each.acts = changed, each.acts + 1
    if act.lets_go:
        _model_dir(stage, each).joinpath(GO).touch()


def _ended(seen: Manifest, applied: Manifest) -> bool:
    """Return whether the status is the end of what was applied last."""
    status = seen.get("status", {})
    same = all(seen["spec"].get(name) == value for name, value in applied["spec"].items() if name in ("numSteps", "suspend"))
    retry = applied["metadata"].get("annotations", {}).get("detector-training.io/retry")
    return bool(
        same
        and status.get("phase") in TERMINAL
        and status.get("observedGeneration") == seen["metadata"]["generation"]
        and status.get("retry") == retry
    )


def _applied(stage: Stage, manifest: Manifest) -> bool:
    """Apply; return whether it worked. What was killed in the middle of it is simply applied again."""
    try:
        stage.kubectl.apply(manifest)
    except KubectlError:
        return False
    return True


def _manifest(stage: Stage, training: Training) -> Manifest:
    """Return the manifest of a training, and make its model directory, so that it can be allowed to continue."""
    manifest = pets(stage.volume, training.name)
    folder = stage.folder / "models" / training.name
    for each in (folder.parent, folder):
        each.mkdir(exist_ok=True)
        each.chmod(0o777)
    fake = {"FAKE_STEP_SECONDS": str(training.step_seconds), "FAKE_DIARY": DIARY, **training.scenario.fake}
    env = [{"name": name, "value": value} for name, value in fake.items()]
    manifest["spec"]["trainer"] |= {"image": stage.trainer, "env": env}
    manifest["spec"] |= training.scenario.spec
    assert manifest["spec"]["modelDir"] == f"{DATA}/models/{training.name}"
    return manifest


def _model_dir(stage: Stage, each: Played) -> Path:
    return stage.folder / "models" / each.training.name


def _diary(stage: Stage, each: Played) -> Iterable[str]:
    file = _model_dir(stage, each) / DIARY
    return file.read_text().splitlines() if file.exists() else ()


def _catch_up(stage: Stage, record: Record) -> None:
    """Wait until the watches have seen every object; if one has not, what it missed is judged as missing."""

    def caught_up() -> bool:
        try:
            there = {
                (each["metadata"]["uid"], each["metadata"]["resourceVersion"]) for each in stage.kubectl.list("detectortrainings")
            }
            events = {each["metadata"]["uid"] for each in stage.kubectl.list("events")}
        except KubectlError:
            return False
        seen = {(each.uid, each.last["metadata"]["resourceVersion"]) for each in record.objects("detectortrainings")}
        return there <= seen and events <= {each.uid for each in record.objects("events")}

    try:
        until(caught_up, "the watches", seconds=60, every=1)
    except NotInTime:
        return
