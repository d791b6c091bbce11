"""A cluster for a session, a namespace for a test; when a test fails, everything there is to know of its namespace."""

from __future__ import annotations

import functools
import itertools
import os
import re
import shutil
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from cluster import images, node, parts
from cluster.kubectl import Kubectl, KubectlError, Manifest
from cluster.kueue import Kueue
from cluster.objects import claim, claim_folder, prepared, restricted_namespace
from cluster.operators import Operator
from cluster.places import Places
from cluster.prometheus import Prometheus
from cluster.sandbox import leftovers
from cluster.up import Cluster, down, up, why_not
from cluster.waiting import NotInTime
from e2e.files import Files, InFolder, InPod
from e2e.workspace import Workspace
from support.helm import find_helm

KUBECONFIG = "DETECTOR_TRAINING_KUBECONFIG"
DEFAULT = "storageclass.kubernetes.io/is-default-class"
_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def own_cluster(request: pytest.FixtureRequest) -> Iterator[Cluster]:
    """A cluster of our own, for tests that meddle with its parts."""
    if os.environ.get(KUBECONFIG):
        pytest.skip(f"{KUBECONFIG} is set: the parts of that cluster are not ours to break")
    problem = why_not()
    if problem and os.environ.get("CI"):
        pytest.fail(f"no cluster for the tests: {problem}")
    if problem:
        pytest.skip(f"{problem}; to run these tests, set {KUBECONFIG} to the kubeconfig of a cluster that may be used")
    places = Places.default()
    ahead = ThreadPoolExecutor(1)
    try:
        cluster = up(places)
        for wanted in wanted_images(request.session.items):  # which are built while the first tests wait for their pods
            ahead.submit(images.archive, places, wanted)
        for name in wanted_programs(request.session.items):
            ahead.submit(parts.program, places, name)
        yield cluster
    finally:
        ahead.shutdown(cancel_futures=True)
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
def volume(request: pytest.FixtureRequest, namespace: Kubectl) -> Callable[[str, Path], Manifest]:
    """Makes a directory of this machine a volume of the namespace's pods."""
    request.getfixturevalue("own_cluster")  # whose node is this machine
    return functools.partial(claim_folder, namespace)


@pytest.fixture
def namespace(kubectl: Kubectl, request: pytest.FixtureRequest) -> Iterator[Kubectl]:
    """kubectl in a namespace of the test's own, whose pods have to meet the Pod Security level `restricted`."""
    slug = re.sub(r"[^a-z0-9]+", "-", request.node.name.lower()).strip("-")[:40].strip("-")
    name = f"t{next(_numbers)}-{slug}"
    kubectl.create(restricted_namespace(name))
    within = kubectl.within(name)
    yield within
    if failed(request):
        sys.stdout.write(f"\n=== Everything in namespace {name} ===\n{within.story()}\n")
    kubectl("delete", "namespace", name, "--wait=false")


@pytest.fixture
def workspace(
    request: pytest.FixtureRequest,
    namespace: Kubectl,
    operator: Operator,
    image: Callable[[str], str],
    tmp_path: Path,
) -> Iterator[Workspace]:
    """The namespace with examples/ on a volume, on which the operator's trainings may write."""
    fake_trainer = image("fake-trainer")
    files: Files
    if os.environ.get(KUBECONFIG):
        if not any(DEFAULT in found["metadata"].get("annotations", {}) for found in namespace.list("storageclasses")):
            pytest.skip("the cluster has no default StorageClass for the volume that trainings are on")
        claimed = claim(namespace, "data")
        files = InPod.started(namespace, claimed, fake_trainer)
    else:
        claimed = request.getfixturevalue("volume")("data", prepared(tmp_path))
        files = InFolder(tmp_path)
    yield Workspace(namespace, files, claimed, fake_trainer)
    if failed(request):
        lines = [line for line in operator.log().splitlines() if namespace.namespace in line]
        sys.stdout.write("\n".join(["\n=== The operator's log ===", *lines, ""]))


@pytest.fixture(scope="session")
def operator(request: pytest.FixtureRequest, kubectl: Kubectl, image: Callable[[str], str]) -> Iterator[Operator]:
    """The operator, watching all namespaces."""
    own = None if os.environ.get(KUBECONFIG) else request.getfixturevalue("own_cluster")
    installed = Operator.of(kubectl, find_helm(), own)
    try:
        installed.install(image("operator"), image("fake-trainer"))
    except KubectlError:
        sys.stdout.write(f"\n=== The operator is not available ===\n{installed.kubectl.story()}\n")
        raise
    yield installed
    installed.uninstall()


@pytest.fixture(scope="session")
def kueue(own_cluster: Cluster) -> Iterator[Kueue]:
    """Kueue. From then on its webhooks see every Job and pod of the cluster, so these tests come after all others."""
    installed = Kueue.of(own_cluster, find_helm())
    try:
        installed.install()
    except (KubectlError, NotInTime):
        sys.stdout.write(f"\n=== Kueue is not available ===\n{installed.kubectl.story()}\n")
        raise
    yield installed
    installed.uninstall()


@pytest.fixture
def prometheus(own_cluster: Cluster) -> Iterator[Callable[..., Prometheus]]:
    """Starts a Prometheus on the cluster's network: scrape configs, and files with rules."""
    started: list[Prometheus] = []

    def start(*scrape_configs: dict[str, Any], rules: Sequence[Path] = ()) -> Prometheus:
        started.append(Prometheus.start(own_cluster, scrape_configs, rules=rules))
        return started[-1]

    yield start
    for each in started:
        each.stop()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests with the operator come last: the others test the CRD and RBAC on a cluster that does not have them yet.

    Those with Kueue come after them.
    """

    def place(item: pytest.Item) -> tuple[bool, bool]:
        fixtures = getattr(item, "fixturenames", ())
        return "kueue" in fixtures, "operator" in fixtures

    items.sort(key=place)


def wanted_images(items: list[pytest.Item]) -> list[images.Image]:
    """The images that these tests need, in the order in which they need them."""
    if not any("image" in getattr(item, "fixturenames", ()) for item in items):
        return []
    real = any(item.get_closest_marker("trainer") for item in items)
    return [found for found in images.IMAGES.values() if real or found != images.TRAINER]


def wanted_programs(items: list[pytest.Item]) -> list[str]:
    """The programs beside the cluster's own that these tests need: they are named as the fixtures that start them."""
    used = {fixture for item in items for fixture in getattr(item, "fixturenames", ())}
    return [name for name in ("promtool", "prometheus", "kueue") if name in used]


def failed(request: pytest.FixtureRequest) -> bool:
    """Whether the test itself has."""
    report = getattr(request.node, "report_of_call", None)
    return report is not None and bool(report.failed)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Any:
    report = yield
    if report.when == "call":
        item.report_of_call = report  # type: ignore[attr-defined]
    return report
