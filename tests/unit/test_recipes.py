"""What CONTRIBUTING.md calls for is complete: each thing has its test and is in its table, and what is missing is named here."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from detector_operator.reconcile.decide import POLICIES
from detector_trainer.cli import VERBS
from detector_trainer.validation.chain import CHAIN
from vocabulary.files import prose_files

ROOT = Path(__file__).parents[2]
TESTS: dict[str, list[Path]] = {}
for _path in sorted((ROOT / "tests").rglob("test_*.py")):
    TESTS.setdefault(_path.stem, []).append(_path)
CHECKS = [code for codes in CHAIN.values() for code in codes]
WITHOUT_OWN_TEST = frozenset(
    {
        "checkpoint/corrupt",
        "checkpoint/not-a-prefix",
        "checkpoint/not-checked-remote",
        "checkpoint/not-found",
        "checkpoint/shape-mismatch",
        "checkpoint/type-mismatch",
        "checkpoint/unreadable",
        "checkpoint/version-not-v2",
        "checkpoint/written-by-tf1",
        "config/additional-channels-unsupported",
        "config/all-checkpoint-vars-unsupported",
        "config/anchor-not-positive",
        "config/control-character-in-path",
        "config/duplicate-field",
        "config/feature-map-mismatch",
        "config/from-scratch-with-little-data",
        "config/grayscale-unsupported",
        "config/ignored-field",
        "config/invalid-augmentation",
        "config/invalid-batch-size",
        "config/invalid-context-features",
        "config/invalid-extractor-options",
        "config/invalid-image-resizer",
        "config/invalid-input-reader",
        "config/invalid-keypoint-label-map",
        "config/invalid-learning-rate",
        "config/invalid-loss-weight",
        "config/invalid-model-options",
        "config/invalid-optimizer",
        "config/invalid-sampling-weights",
        "config/learning-rate-ends-early",
        "config/learning-rate-high",
        "config/multiclass-scores-not-loaded",
        "config/no-model",
        "config/num-classes-unset",
        "config/num-steps-unset",
        "config/second-stage-batch-too-large",
        "config/syntax-error",
        "config/unknown-extractor",
        "config/unknown-input-type",
        "config/unreadable",
        "config/unsupported-image-size",
        "label-map/duplicate",
        "label-map/empty",
        "label-map/id-above-num-classes",
        "label-map/negative-id",
        "label-map/reserved-id",
        "label-map/syntax-error",
        "label-map/unreadable",
        "records/blank-images",
        "records/blurry-images",
        "records/box-min-exceeds-max",
        "records/box-negative",
        "records/box-not-finite",
        "records/box-out-of-range",
        "records/box-tiny",
        "records/box-zero-area",
        "records/boxes-in-pixels",
        "records/broken-image",
        "records/broken-mask",
        "records/class-imbalance",
        "records/class-never-seen",
        "records/class-text-not-in-map",
        "records/corrupt",
        "records/dark-images",
        "records/duplicate-images",
        "records/duplicate-source-id",
        "records/empty-class-text",
        "records/empty-file",
        "records/eval-class-not-trained",
        "records/fewer-than-batch",
        "records/four-dimensional-image",
        "records/image-is-a-path",
        "records/image-label-out-of-range",
        "records/image-not-decoded",
        "records/image-too-large",
        "records/invalid-additional-channel",
        "records/invalid-context-features",
        "records/invalid-dense-poses",
        "records/keypoint-count-mismatch",
        "records/keypoint-out-of-range",
        "records/label-out-of-range",
        "records/mask-count-mismatch",
        "records/masks-missing",
        "records/missing-image",
        "records/multi-value-scalar",
        "records/multiclass-scores-mismatch",
        "records/near-duplicate-images",
        "records/no-boxes-at-all",
        "records/no-file",
        "records/no-input-path",
        "records/not-a-sequence-example",
        "records/not-an-example",
        "records/not-checked-remote",
        "records/not-tfrecord",
        "records/overexposed-images",
        "records/sequence-examples-not-checked",
        "records/text-label-conflict",
        "records/tiny-after-resize",
        "records/too-many-boxes",
        "records/trailing-bytes",
        "records/train-eval-near-duplicates",
        "records/train-eval-overlap",
        "records/truncated",
        "records/unequal-lengths",
        "records/unknown-image-format",
        "records/unreadable-file",
        "records/weight-not-finite",
        "records/wrong-type",
        "run/already-at-last-step",
        "run/model-dir-is-checkpoint-dir",
        "run/model-dir-unusable",
        "run/one-checkpoint-only",
        "run/resume-corrupt",
        "run/resume-from-nowhere",
        "run/resumes-existing-checkpoint",
        "run/resumes-in-part",
        "run/resumes-with-another-optimizer",
    }
)
"""Checks whose tests are in a file of several; a new check has a file of its own."""


def own_tests(code: str) -> list[Path]:
    """The test files that are called as a check, and name it."""
    name = code.partition("/")[2]
    return [path for path in TESTS.get(f"test_{name.replace('-', '_')}", []) if name in path.read_text(encoding="utf-8")]


@pytest.mark.parametrize("code", sorted(set(CHECKS) - WITHOUT_OWN_TEST))
def test_each_check_has_a_test_of_its_name(code: str):
    assert own_tests(code), (
        f"write tests/unit/.../test_{code.partition('/')[2].replace('-', '_')}.py, in which {code} is reported"
    )


def test_a_check_that_has_a_test_of_its_name_is_not_listed_as_without():
    assert [code for code in sorted(WITHOUT_OWN_TEST) if code not in CHECKS or own_tests(code)] == [], "remove them from the list"


# Policies


def defines(path: Path, function: str) -> bool:
    code = ast.parse(path.read_text(encoding="utf-8"))
    return any(isinstance(node, ast.FunctionDef) and node.name == function for node in code.body)


MODULES = {path.stem: path for path in sorted((ROOT / "operator/detector_operator/policies").glob("*.py"))}


@pytest.mark.parametrize("module", [name for name, path in MODULES.items() if defines(path, "policy")])
def test_each_policy_is_in_the_list_and_has_a_test_of_its_name(module: str):
    assert f"detector_operator.policies.{module}" in {policy.__module__ for policy in POLICIES}, (
        f"policies/{module}.py is not in POLICIES (reconcile/decide.py): it never decides"
    )
    assert f"test_{module}" in TESTS, f"write tests/unit/operator/policies/test_{module}.py"


# Verbs


COMMANDS = sorted(path for top in ("operator", "trainer_image") for path in (ROOT / top).rglob("cli/cmd_*.py"))


@pytest.mark.parametrize("path", COMMANDS, ids=lambda path: path.stem)
def test_each_command_is_a_verb_and_has_a_test_of_its_name(path: Path):
    verb, module = path.stem.removeprefix("cmd_"), f"{path.parent.parent.name}.cli.{path.stem}"
    assert (verb, module) in {(name, where) for name, where, _ in VERBS}, f"{path.name} is not in VERBS (cli/__init__.py)"
    assert {f"test_{verb}", f"test_{path.stem}"} & TESTS.keys(), f"write tests/unit/cli/test_{verb}.py"


# Everything


def test_nothing_is_left_to_do():
    todo = "TO" + "DO"
    files = prose_files(ROOT, ("operator", "trainer_image", "tests"))
    assert [str(path.relative_to(ROOT)) for path in files if todo in path.read_text(encoding="utf-8")] == []
