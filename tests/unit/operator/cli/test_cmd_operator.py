"""The command line of the operator: it accepts the arguments of the chart, and reports in one sentence why it ends."""

from __future__ import annotations

import logging

import pytest
from kubernetes.aio.config import ConfigException

from cluster.helm import Helm
from detector_operator.cli import cmd_operator
from detector_operator.cli.cmd_operator import main
from detector_operator.controller.unwatched_namespaces import unwatched_namespaces
from support.helm import find_helm


@pytest.fixture(autouse=True)
def _own_logging():
    """The command replaces the handlers of the root logger. Left behind, its own would write each later line to a closed file."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)


@pytest.fixture
def own_namespace(monkeypatch, tmp_path):
    """The namespace that the service account's files name; None where there are none."""

    def is_(name):
        file = tmp_path / "namespace"
        if name is not None:
            file.write_bytes(name if isinstance(name, bytes) else name.encode())
        monkeypatch.setattr(cmd_operator, "unwatched_namespaces", lambda: unwatched_namespaces(file))

    return is_


@pytest.fixture
def operated(monkeypatch):
    """What the operator was started with; it may end with an error."""
    started = []

    def ends(error=None):
        async def run_operator(options, _):
            started.append(options)
            if error is not None:
                raise error

        monkeypatch.setattr(cmd_operator, "run_operator", run_operator)
        return started

    return ends


def test_the_defaults_are_those_of_the_specs(operated):
    started = operated()
    assert main(["--trainer-image=i"]) == 0
    assert (started[0].namespaces, started[0].health_port, started[0].settings) == (
        [],
        8080,
        cmd_operator.Settings(trainer_image="i"),
    )


def test_without_the_trainers_image_it_does_not_start(operated, capsys):
    operated()
    with pytest.raises(SystemExit) as ended:
        main([])
    assert ended.value.code == 2
    assert "--trainer-image" in capsys.readouterr().err


@pytest.mark.parametrize("namespace", ["kube-system", "kube-public", "kube-node-lease", "operators"])
def test_a_namespace_in_which_nothing_is_trained_is_rejected_by_name(operated, namespace, capsys, own_namespace):
    own_namespace("operators")
    started = operated()
    with pytest.raises(SystemExit) as ended:
        main(["--trainer-image=i", "--namespace=team", f"--namespace={namespace}"])
    assert (ended.value.code, started) == (2, [])
    assert (
        f"--namespace {namespace}: cannot be watched: the operator does not train in its own namespace or in kube-system, kube-public "
        "and kube-node-lease; remove it, or run the operator in another namespace"
    ) in capsys.readouterr().err


def test_where_all_namespaces_are_watched_its_own_and_those_of_kubernetes_are_excluded(operated, own_namespace):
    own_namespace("operators\n")
    started = operated()
    assert main(["--trainer-image=i"]) == 0
    assert started[0].unwatched == {"operators", "kube-system", "kube-public", "kube-node-lease"}


@pytest.mark.parametrize("found", [None, "", b"\xff"], ids=["no pod", "empty", "not a text"])
def test_an_operator_that_does_not_know_its_namespace_may_watch_any_but_those_of_kubernetes(operated, own_namespace, found):
    own_namespace(found)
    started = operated()
    assert main(["--trainer-image=i", "--namespace=default"]) == 0
    assert (started[0].namespaces, started[0].unwatched) == (["default"], {"kube-system", "kube-public", "kube-node-lease"})


@pytest.mark.parametrize("user", ["0", "-1", "root"])
def test_a_user_is_a_number_above_zero_or_none(operated, user, capsys):
    operated()
    with pytest.raises(SystemExit):
        main(["--trainer-image=i", f"--user-id={user}"])
    assert "neither a positive user ID nor none" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (ConfigException("no configuration found"), "no cluster is configured: no configuration found"),
        (OSError(98, "address already in use"), "[Errno 98] address already in use"),
    ],
    ids=["no-config", "port"],
)
def test_what_ends_it_is_one_sentence(operated, capsys, error, sentence):
    operated(error)
    assert main(["--trainer-image=i"]) == 1
    assert capsys.readouterr().err == f"detector-training operator: {sentence}\n"


@pytest.mark.parametrize(
    "values",
    [
        [],
        ["--set=watchNamespaces={a,b}"],
        ["--set=trainer.userId=none", "--set=trainer.imagePullPolicy=Always"],
        ["--set=log.format=json", "--set=log.level=debug"],
        ["--set=metrics.port=9100", "--set=metrics.perTraining=false"],
        ["--set=metrics.enabled=false"],
    ],
    ids=["defaults", "namespaces", "trainer", "log", "metrics", "no metrics"],
)
def test_what_the_chart_says_is_understood(operated, values):
    started = operated()
    manifests = Helm(find_helm()).render("--set=trainer.image=i:1", "--set=image.repository=o", "--set=image.tag=v1", *values)
    (deployment,) = (manifest for manifest in manifests if manifest["kind"] == "Deployment")
    verb, *arguments = deployment["spec"]["template"]["spec"]["containers"][0]["args"]
    assert (verb, main(arguments)) == ("operator", 0)
    assert started[0].settings.trainer_image == "i:1"
    assert started[0].namespaces == (["a", "b"] if "watchNamespaces" in str(values) else [])
    served = 0 if "enabled=false" in str(values) else 9100 if "9100" in str(values) else 8081
    assert (started[0].metrics_port, started[0].training_metrics) == (served, "perTraining" not in str(values))


@pytest.mark.parametrize(
    ("logger", "reported"),
    [("kopf._core.reactor.running", False), ("kopf.objects", True), ("detector_operator", True)],
)
def test_a_watch_that_fails_leaves_no_traceback_for_each_of_kopfs_tasks(operated, capsys, logger, reported):
    operated()
    main(["--trainer-image=i"])
    try:
        raise RuntimeError("no")
    except RuntimeError:
        logging.getLogger(logger).exception("it has failed")
    assert ("it has failed" in capsys.readouterr().err) is reported
