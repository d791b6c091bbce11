"""A cluster for a session, a namespace for a test; when a test fails, everything there is to know of its namespace."""

from __future__ import annotations

import itertools
import os
import re
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from cluster import images, node
from cluster.kubectl import Kubectl
from cluster.places import Places
from cluster.sandbox import leftovers
from cluster.up import Cluster, down, up, why_not
from e2e.operators import Operator
from e2e.workspace import Workspace, prepared

KUBECONFIG = "DETECTOR_TRAINING_KUBECONFIG"
RESTRICTED = {"pod-security.kubernetes.io/enforce": "restricted"}
_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def own_cluster() -> Iterator[Cluster]:
    """A cluster of our own, for tests that meddle with its parts."""
    if os.environ.get(KUBECONFIG):
        pytest.skip(f"{KUBECONFIG} is set: the parts of that cluster are not ours to break")
    problem = why_not()
    if problem and os.environ.get("CI"):
        pytest.fail(f"no cluster for the tests: {problem}")
    if problem:
        pytest.skip(f"{problem}; to run these tests, set {KUBECONFIG} to the kubeconfig of a cluster that may be used")
    places = Places.default()
    try:
        yield up(places)
    finally:
        down(places)
        assert leftovers(places) == []


@pytest.fixture(scope="session")
def kubectl(request: pytest.FixtureRequest) -> Kubectl:
    """kubectl as the administrator, of our own cluster or of the one that was given."""
    given = os.environ.get(KUBECONFIG)
    if not given:
        cluster: Cluster = request.getfixturevalue("own_cluster")
        return cluster.kubectl
    program = shutil.which("kubectl")
    if program is None:
        pytest.fail(f"{KUBECONFIG} is set, and there is no kubectl")
    return Kubectl(program, Path(given))


@pytest.fixture(scope="session")
def image(request: pytest.FixtureRequest) -> Callable[[str], str]:
    """Makes an image of the project known to the cluster (operator, trainer or fake-trainer), and gives its name."""
    if os.environ.get(KUBECONFIG):
        names = {name: os.environ.get(f"DETECTOR_TRAINING_{name.upper().replace('-', '_')}_IMAGE") for name in images.IMAGES}

        def given(name: str) -> str:
            found = names[name]
            if found is None:
                pytest.skip(f"set DETECTOR_TRAINING_{name.upper().replace('-', '_')}_IMAGE to an image that the cluster can pull")
            return found

        return given
    cluster: Cluster = request.getfixturevalue("own_cluster")
    there: set[str] = set()

    def imported(name: str) -> str:
        wanted = images.IMAGES[name]
        if name not in there:
            node.import_image(cluster.sandbox, cluster.places, images.archive(cluster.places, wanted))
            there.add(name)
        return wanted.name

    return imported


@pytest.fixture
def volume(request: pytest.FixtureRequest, namespace: Kubectl) -> Callable[[str, Path], dict[str, Any]]:
    """Makes a folder of this machine a volume of the namespace's pods: a claim, as in production."""
    request.getfixturevalue("own_cluster")  # whose node is this machine

    def claimed(name: str, folder: Path) -> dict[str, Any]:
        volume_name = f"{namespace.namespace}-{name}"
        size = {"storage": "1Gi"}
        modes = ["ReadWriteOnce", "ReadOnlyMany"]
        common = {"accessModes": modes, "storageClassName": ""}
        namespace.create(
            {
                "apiVersion": "v1",
                "kind": "PersistentVolume",
                "metadata": {"name": volume_name},
                "spec": {**common, "capacity": size, "hostPath": {"path": str(folder)}},
            },
            {
                "apiVersion": "v1",
                "kind": "PersistentVolumeClaim",
                "metadata": {"name": name},
                "spec": {**common, "volumeName": volume_name, "resources": {"requests": size}},
            },
        )
        namespace.wait("persistentvolumeclaim", name, lambda claim: claim["status"].get("phase") == "Bound", "bound")
        return {"name": name, "persistentVolumeClaim": {"claimName": name}}

    return claimed


@pytest.fixture
def namespace(kubectl: Kubectl, request: pytest.FixtureRequest) -> Iterator[Kubectl]:
    """kubectl in a namespace of the test's own, whose pods have to meet the Pod Security level `restricted`."""
    slug = re.sub(r"[^a-z0-9]+", "-", request.node.name.lower()).strip("-")[:40].strip("-")
    name = f"t{next(_numbers)}-{slug}"
    kubectl.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": RESTRICTED}})
    within = kubectl.within(name)
    yield within
    report = getattr(request.node, "report_of_call", None)
    if report is not None and report.failed:
        sys.stdout.write(f"\n=== Everything in namespace {name} ===\n{within.story()}\n")
    kubectl("delete", "namespace", name, "--wait=false")


@pytest.fixture
def workspace(
    namespace: Kubectl, volume: Callable[[str, Path], dict[str, Any]], image: Callable[[str], str], tmp_path: Path
) -> Workspace:
    """The namespace with examples/ on a volume, on which trainings may write."""
    return Workspace(namespace, tmp_path, volume("data", prepared(tmp_path)), image("fake-trainer"))


@pytest.fixture(scope="session")
def operator(kubectl: Kubectl, image: Callable[[str], str]) -> Iterator[Operator]:
    """The operator, watching all namespaces."""
    kubectl.apply(*yaml.safe_load_all((images.ROOT / "crds/detectortrainings.yaml").read_text()))
    kubectl("wait", "--for=condition=Established", "crd/detectortrainings.detector-training.io")
    running = Operator(kubectl, image("fake-trainer"))
    running.start()
    try:
        yield running
    finally:
        running.stop()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Any:
    report = yield
    if report.when == "call":
        item.report_of_call = report  # type: ignore[attr-defined]
    return report
