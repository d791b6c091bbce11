"""A module's test is found by its name: PACKAGE/MODULE.py is tested in TESTS/MODULE's package/test_MODULE.py."""

from __future__ import annotations

from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

# Directory of modules: directory of their tests. In these every module has a test of its name; one line for each directory.
BY_NAME = {
    "operator/detector_operator/builders": "tests/unit/operator/builders",
    "operator/detector_operator/observe": "tests/unit/operator/observe",
    "operator/detector_operator/policies": "tests/unit/operator/policies",
    "operator/detector_operator/reconcile": "tests/unit/operator/reconcile",
    "operator/detector_operator/api": "tests/unit/operator/api",
    "operator/detector_operator/cli": "tests/unit/operator/cli",
    "operator/detector_operator/controller": "tests/unit/operator/controller",
    "operator/detector_operator/local": "tests/unit/operator/local",
}

# Modules that are tested through the module that uses them: their test.
ELSEWHERE = {
    "operator/detector_operator/api/errors.py": "tests/unit/operator/api/test_load.py",
    "operator/detector_operator/api/inline_text.py": "tests/unit/operator/builders/test_config_map.py",
    "operator/detector_operator/api/list_map.py": "tests/unit/operator/api/test_load.py",
    "operator/detector_operator/api/model.py": "tests/unit/operator/api/test_load.py",
    "operator/detector_operator/api/pod.py": "tests/unit/operator/api/test_crd.py",
    "operator/detector_operator/api/resource.py": "tests/unit/operator/api/test_load.py",
    "operator/detector_operator/api/rule.py": "tests/unit/operator/api/test_crd.py",
    "operator/detector_operator/api/rules.py": "tests/unit/operator/api/test_load.py",
    "operator/detector_operator/api/spec.py": "tests/unit/operator/builders/test_every_field.py",
    "operator/detector_operator/api/status.py": "tests/unit/operator/api/test_bounds.py",
    "operator/detector_operator/cli/cmd_crd.py": "tests/unit/chart/test_crd.py",
    "operator/detector_operator/controller/api_errors.py": "tests/unit/operator/controller/test_api_server.py",
    "operator/detector_operator/controller/create_rejections.py": "tests/unit/operator/controller/test_reconciler.py",
    "operator/detector_operator/controller/event_recorder.py": "tests/unit/operator/controller/test_reconciler.py",
    "operator/detector_operator/controller/http_server.py": "tests/unit/operator/controller/test_health.py",
    "operator/detector_operator/controller/inline_config_cache.py": "tests/unit/operator/controller/test_compact.py",
    "operator/detector_operator/controller/kopf_watch.py": "tests/unit/operator/controller/test_manager.py",
    "operator/detector_operator/controller/metrics_protocol.py": "tests/unit/operator/controller/test_metrics.py",
    "operator/detector_operator/controller/metrics_server.py": "tests/unit/operator/controller/test_metrics.py",
    "operator/detector_operator/controller/sockets.py": "tests/unit/operator/controller/test_connection.py",
    "operator/detector_operator/controller/stop_job.py": "tests/unit/operator/controller/test_reconciler.py",
    "operator/detector_operator/controller/training_collector.py": "tests/unit/operator/controller/test_metrics.py",
    "operator/detector_operator/local/admission.py": "tests/unit/operator/cli/test_cmd_run.py",
    "operator/detector_operator/local/atomic_write.py": "tests/unit/operator/cli/test_cmd_run.py",
    "operator/detector_operator/local/driver.py": "tests/unit/operator/cli/test_cmd_run.py",
    "operator/detector_operator/local/lock.py": "tests/unit/operator/cli/test_cmd_run.py",
    "operator/detector_operator/local/process.py": "tests/unit/operator/cli/test_cmd_run.py",
    "operator/detector_operator/local/run_layout.py": "tests/unit/operator/cli/test_cmd_run.py",
    "operator/detector_operator/local/self_pipe.py": "tests/unit/operator/cli/test_cmd_run.py",
    "operator/detector_operator/local/status_file.py": "tests/unit/operator/cli/test_cmd_run.py",
    "operator/detector_operator/local/stored_run.py": "tests/unit/operator/cli/test_cmd_run.py",
    "operator/detector_operator/local/unsupported_fields.py": "tests/unit/operator/cli/test_cmd_run.py",
}


def expected_tests() -> dict[str, str]:
    """Return each module and the test that it must have, as paths in the repository."""
    expected = {}
    for modules, tests in BY_NAME.items():
        for path in sorted((ROOT / modules).rglob("*.py")):
            if path.name != "__init__.py":
                module = path.relative_to(ROOT / modules)
                by_name = str(Path(tests) / module.parent / f"test_{module.name}")
                name = str(Path(modules) / module)
                expected[name] = ELSEWHERE.get(name, by_name)
    return expected


EXPECTED = expected_tests()


@pytest.mark.parametrize(("module", "test"), EXPECTED.items(), ids=EXPECTED)
def test_every_module_has_its_test(module, test):
    assert (ROOT / test).is_file(), f"{module} has no test: write {test}"


@pytest.mark.parametrize("module", ELSEWHERE)
def test_a_module_that_is_tested_elsewhere_has_no_test_of_its_name(module):
    """Otherwise its entry above is outdated."""
    assert module in EXPECTED, f"{module} does not exist: remove its entry"
    (tests,) = (tests for modules, tests in BY_NAME.items() if module.startswith(f"{modules}/"))
    assert not (ROOT / tests / f"test_{Path(module).name}").exists(), f"{module} has its test: remove its entry"


@pytest.mark.parametrize("modules", ["policies", "observe", "builders", "reconcile"])
def test_decisions_and_manifests_are_tested_by_name(modules):
    assert not [module for module in ELSEWHERE if module.startswith(f"operator/detector_operator/{modules}/")]
