"""The result as text."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable

from chaos.judge import KINDS, Problem
from chaos.plan import COMPONENTS
from chaos.play import Played, Result
from cluster.kubectl import Manifest


def table(result: Result) -> str:
    """Return the numbers, as a table of Markdown."""
    found = Counter(problem.kind for problem in result.problems)
    rows = [
        ("seed", result.plan.seed),
        ("trainings", len(result.played)),
        ("kills", len(result.kills.done)),
        *((f"kills of {component}", result.kills.by_component.get(component, 0)) for component in COMPONENTS),
        *((f"{kind}s", found[kind]) for kind in KINDS),
        ("runs that were interrupted and run again", result.interrupted),
        ("minutes", f"{result.seconds / 60:.1f}"),
    ]
    return "\n".join(["| | |", "|---|---|", *(f"| {name} | {value} |" for name, value in rows)])


def story(result: Result) -> str:
    """Return everything about the trainings with which something went wrong; empty if nothing did."""
    if not result.problems:
        return ""
    wrong = {problem.training for problem in result.problems}
    parts = [f"Seed {result.plan.seed}. With the same seed the same is planned; what is hit by which kill is chance."]
    parts += [_story(result, each) for each in result.played if each.training.name in wrong]
    return "\n\n".join(parts)


def _story(result: Result, each: Played) -> str:
    name = each.training.name
    problems = [_sentence(problem) for problem in result.problems if problem.training == name]
    end = each.ended if each.ended is not None else time.time()
    happened = [(each.began, "applied")]
    if each.ended is not None:
        happened.append((each.ended, "at its end"))
    happened += [(moment, f"killed: {component}") for moment, component in result.kills.done if each.began <= moment <= end + 10]
    happened += _statuses(result, name)
    happened += _objects(result, name)
    happened += [
        (seen.versions[0][0], f"event {seen.last['type']} {seen.last['reason']}: {seen.last['message']}")
        for seen in result.record.objects("events")
        if seen.last["involvedObject"].get("name") == name or seen.last["involvedObject"].get("name", "").startswith(f"{name}-")
    ]
    lines = [f"{moment - each.began:8.2f} s  {what}" for moment, what in sorted(happened)]
    return "\n".join([f"=== {name} ===", *problems, "", *lines])


def _sentence(problem: Problem) -> str:
    return f"{problem.kind.upper()}: {problem.what}"


def _statuses(result: Result, name: str) -> Iterable[tuple[float, str]]:
    before = ""
    for seen in result.record.objects("detectortrainings", name):
        for moment, manifest in seen.versions:
            now = _status(manifest)
            if now != before:
                yield moment, f"status: {now}"
            before = now


def _status(manifest: Manifest) -> str:
    status = manifest.get("status", {})
    headline: Manifest = next((each for each in status.get("conditions", ()) if each["type"] == "Training"), {})
    training = status.get("training", {})
    counts = {count: training[count] for count in ("progress", "attempt", "restarts", "preemptions") if training.get(count)}
    generation = manifest["metadata"]["generation"]
    return f"generation {generation}: {status.get('phase')} {headline.get('reason')}: {headline.get('message')} {counts}"


def _objects(result: Result, name: str) -> Iterable[tuple[float, str]]:
    for kind in ("jobs", "pods"):
        for seen in result.record.objects(kind):
            if seen.last["metadata"].get("labels", {}).get("detector-training.io/name") != name:
                continue
            before = ""
            for moment, manifest in seen.versions:
                now = _pod(manifest) if kind == "pods" else _job(manifest)
                if now != before:
                    yield moment, f"{kind[:-1]} {seen.name}: {now}"
                before = now
            if seen.deleted is not None:
                yield seen.deleted, f"{kind[:-1]} {seen.name}: gone"


def _pod(manifest: Manifest) -> str:
    status = manifest["status"]
    containers = [*status.get("initContainerStatuses", ()), *status.get("containerStatuses", ())]
    states = []
    for container in containers:
        for state, more in container.get("state", {}).items():
            details = [str(more[key]) for key in ("reason", "exitCode") if more.get(key) not in (None, "")]
            states.append(f"{container['name']} {' '.join([state, *details])}")
    stopping = " (being deleted)" if manifest["metadata"].get("deletionTimestamp") else ""
    return f"{status.get('phase')} {status.get('reason', '')} {', '.join(states)}{stopping}"


def _job(manifest: Manifest) -> str:
    status = manifest.get("status", {})
    conditions = [f"{each['type']} {each.get('reason', '')}" for each in status.get("conditions", ())]
    stopping = " (being deleted)" if manifest["metadata"].get("deletionTimestamp") else ""
    return f"{', '.join(conditions) or 'no condition'}{stopping}"
