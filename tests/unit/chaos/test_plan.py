"""A plan follows from its seed, and leaves nothing out."""

from __future__ import annotations

from collections import Counter

import pytest

from chaos.plan import COMPONENTS, LONGEST_PAUSE_SECONDS, draw
from chaos.scenarios import SCENARIOS
from detector_operator.api import DetectorTraining
from detector_operator.policies.chain import POLICIES
from detector_operator.reconcile.decide import decide
from support.trainings import T0


def test_the_same_seed_gives_the_same_plan():
    assert draw(7, 200, 50) == draw(7, 200, 50)
    assert draw(7, 200, 50) != draw(8, 200, 50)


def test_every_component_is_killed_and_every_scenario_played_equally_often():
    plan = draw(1, 200, 50)
    assert Counter(kill.component for kill in plan.kills) == dict.fromkeys(COMPONENTS, 50)
    played = Counter(training.scenario.name for training in plan.trainings)
    assert set(played) == {scenario.name for scenario in SCENARIOS}
    assert max(played.values()) - min(played.values()) <= 1


def test_names_are_unique_and_pauses_short():
    plan = draw(1, 200, 50)
    assert len({training.name for training in plan.trainings}) == 50
    assert all(0 <= kill.pause <= LONGEST_PAUSE_SECONDS for kill in plan.kills)


@pytest.mark.parametrize(("kills", "trainings"), [(0, 0), (0, 3), (1, 1), (13, 7)])
def test_a_plan_is_as_long_as_asked_for(kills, trainings):
    plan = draw(1, kills, trainings)
    assert (len(plan.kills), len(plan.trainings)) == (kills, trainings)


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
def test_every_scenario_is_a_valid_resource_all_along(scenario):
    spec = {"pipelineConfig": {"path": "/p"}, "modelDir": "/models/pets", "numSteps": 20, **scenario.spec}
    for changed in ({}, *(act.spec for act in scenario.acts)):
        spec |= changed
        manifest = {"metadata": {"name": f"{scenario.name}-50"}, "spec": spec}
        assert decide(DetectorTraining.model_validate(manifest), [], T0, POLICIES).status.phase in ("Validating", "Suspended")


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
def test_its_last_event_is_its_end(scenario):
    assert scenario.events[-1] == scenario.reason
