"""Every entry of equivalent.toml is a mutant that is really made, and has its reason."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from mutants import equivalents
from mutants.equivalents import Equivalent
from mutants.mutants import sampled
from mutants.mutations import mutations
from mutants.packages import OPERATOR, TRAINER, Package

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize("known", equivalents.read(), ids=lambda known: f"{known.module} {known.scope}")
def test_every_equivalent_is_a_mutant_that_is_made(known: Equivalent):
    """Else the code has changed: look at the entry again."""
    paths = [ROOT / directory.rpartition("/")[0] / known.module for directory in (OPERATOR, TRAINER)]
    (path,) = [path for path in paths if path.exists()]
    made = {(mutation.scope, mutation.change) for mutation in mutations(ast.parse(path.read_text(encoding="utf-8")))}
    assert {(known.scope, change) for change in known.changes} <= made


def test_an_equivalent_mutant_is_not_in_the_sample(tmp_path: Path):
    (tmp_path / "code/shop").mkdir(parents=True)
    (tmp_path / "code/shop/price.py").write_text("def price(a):\n    b = a == 1\n    c = a < 1\n")
    known = [Equivalent("shop/price.py", "price", ["a == 1 -> a != 1", "1 -> 2", "1 -> 0"], "for the test")]
    made = sampled(tmp_path, Package(("code/shop",), (), 1), known, seed="1", most=None)
    assert [mutant.change for mutant in made] == ["a < 1 -> a <= 1", "a < 1 -> a >= 1"]


def test_an_entry_without_a_reason_is_refused(tmp_path: Path):
    file = tmp_path / "equivalent.toml"
    file.write_text('[[equivalent]]\nmodule = "a.py"\nin = "b"\nchanges = ["c"]\nreason = ""\n')
    with pytest.raises(ValueError, match="reason"):
        equivalents.read(file)
