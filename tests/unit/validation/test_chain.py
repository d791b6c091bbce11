"""The chain lists each check once, in the section of what it costs, and each is a module of the form that its section calls."""

from __future__ import annotations

import inspect
import pickle
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from importlib import import_module
from typing import Any, get_type_hints

import pytest

from detector_trainer.records.accumulator import Accumulator
from detector_trainer.records.chunk import Chunk
from detector_trainer.records.reader_settings import ReaderSettings
from detector_trainer.registry import entries
from detector_trainer.validation import chain
from detector_trainer.validation.chain import CHAIN
from detector_trainer.validation.dataset import Dataset
from detector_trainer.validation.inputs import Inputs
from detector_trainer.validation.rule import Cost


def module(code: str) -> Any:
    area, name = code.replace("-", "_").split("/")
    return import_module(f"detector_trainer.validation.checks.{area}.{name}")


def parameters(function: Callable[..., Any]) -> list[Any]:
    hints = get_type_hints(function)
    return [hints[name] for name in inspect.signature(function).parameters]


def test_each_check_is_listed_once():
    listed = Counter(code for codes in CHAIN.values() for code in codes)
    assert [code for code, times in listed.items() if times > 1] == []


@pytest.mark.parametrize("cost", CHAIN)
def test_a_section_has_the_checks_that_cost_so_much(cost: Cost):
    rules = {code: entries()[code].rule for code in CHAIN[cost]}
    assert {code: rule and rule.cost for code, rule in rules.items()} == dict.fromkeys(rules, cost)


@pytest.mark.parametrize("code", CHAIN[Cost.META])
def test_a_check_of_metadata_sees_the_inputs(code: str):
    assert parameters(module(code).check) == [Inputs]


@pytest.mark.parametrize("code", CHAIN[Cost.SCAN])
def test_a_check_of_the_scan_sees_damage_a_chunk_or_the_dataset(code: str):
    check = module(code)
    seen = {name: parameters(getattr(check, name)) for name in ("hit", "check", "conclude") if hasattr(check, name)}
    assert seen, "it has none of hit(damage), check(chunk, settings) and conclude(dataset): nothing calls it"
    damage = [check.DAMAGE] if "hit" in seen else []
    assert seen.items() <= {"hit": damage, "check": [Chunk, ReaderSettings], "conclude": [Dataset]}.items()


@pytest.mark.parametrize("code", CHAIN[Cost.SCAN])
def test_a_check_lists_the_accumulators_that_its_file_defines(code: str):
    check = module(code)
    defined = {
        value
        for value in vars(check).values()
        if inspect.isclass(value) and issubclass(value, Accumulator) and value.__module__ == check.__name__
    }
    assert defined <= set(getattr(check, "ACCUMULATORS", ())), "list it in ACCUMULATORS: nothing adds to it"
    assert [kind.__name__ for kind in defined if kind.code != code] == [], "its code is that of its check"


def test_other_processes_get_the_checks_of_the_scan_by_name():
    assert pickle.loads(pickle.dumps(chain.scan_checks)) is chain.scan_checks


def test_a_verdict_on_metadata_alone_loads_no_image_decoder():
    code = (
        "import sys; from detector_trainer.validation import chain, validate; list(chain.meta_checks())\n"
        "sys.exit(', '.join({'PIL', 'simplejpeg', 'detector_trainer.validation.record_scan'} & sys.modules.keys()))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stderr.strip() == ""
