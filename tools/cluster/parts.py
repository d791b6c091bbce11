"""Builds the Go programs of a cluster, each once for each version of its module."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import tempfile
import threading
from pathlib import Path

from cluster.places import Places

SOURCES = Path(__file__).parent / "parts"
KUBERNETES = ("kube-apiserver", "kube-controller-manager", "kube-scheduler", "kube-proxy", "kubelet", "kubectl")
"""The parts of the one program that is built from k8s.io/kubernetes: it goes by the name it is called by."""
MODULES = {
    "cluster": ("./kubernetes", "./etcd", "./coredns"),
    "helm": ("helm.sh/helm/v3/cmd/helm",),
    "kwok": ("sigs.k8s.io/kwok/cmd/kwok",),
    "kueue": ("sigs.k8s.io/kueue/cmd/kueue",),
    "prometheus": (
        "github.com/prometheus/prometheus/cmd/prometheus",
        "github.com/prometheus/prometheus/cmd/promtool",
    ),
}
"""The packages of each module. What a cluster needs is one module, so that what its programs share is compiled once."""
TAGS = {"prometheus": ("remove_all_sd", "enable_kubernetes_sd")}
"""Build tags of a module. Prometheus is built without the client libraries of the clouds that it could find targets in."""
COLLECT = "400"
"""The compiler collects its garbage less often than it would by itself, and takes a fifth less time."""
FORMAT = b"2"
"""Increase it when the sources are built differently."""
CHART = "chart"
"""Name of the directory beside the program kueue that its Helm chart is copied to."""

_ONE_AT_A_TIME = threading.Lock()


class NotBuilt(Exception):
    """A program cannot be built; the message has the reason."""


def program(places: Places, name: str) -> Path:
    """Return the path of a program, built if it does not exist yet.

    Raises:
        NotBuilt: Go is missing, or the build failed.
    """
    return _module(places, _module_of(name)) / name


def kueue_chart(places: Places) -> Path:
    """Return the directory of Kueue's Helm chart, of the same version as the program."""
    return program(places, "kueue").with_name(CHART)


def version(module: str, dependency: str) -> str:
    """Return the version of a Go module that one of ours requires, for example v0.17.0."""
    return _version(dependency, SOURCES / module)


def _module_of(name: str) -> str:
    """Return the module whose packages a program is built from; Kubernetes' programs go by names of their own."""
    built = {Path(package).name: module for module, packages in MODULES.items() for package in packages}
    return built.get(name, "cluster")


def _module(places: Places, module: str) -> Path:
    folder = places.cache / "parts" / f"{module}-{_key(module)}"
    with _ONE_AT_A_TIME:
        if not folder.exists():
            _build(module, folder)
    return folder


def _key(module: str) -> str:
    """A fingerprint of what is built: the source and the versions it pins."""
    digest = hashlib.sha256()
    digest.update(FORMAT)
    for file in sorted(file for file in (SOURCES / module).rglob("*") if file.is_file()):
        digest.update(str(file.relative_to(SOURCES)).encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()[:12]


def _build(module: str, folder: Path) -> None:
    if shutil.which("go") is None:
        raise NotBuilt("Go is missing: install Go 1.24 or newer, which fetches the version that the modules require.")
    folder.parent.mkdir(parents=True, exist_ok=True)
    print(f"Building {', '.join(Path(package).name for package in MODULES[module])} ...", flush=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f".{module}-") as scratch:
        target = Path(scratch, "out")
        target.mkdir()
        command = [
            "nice",  # tests run meanwhile
            "go",
            "build",
            "-trimpath",
            "-mod=readonly",
            "-ldflags",
            _linker_flags(module),
            f"-tags={','.join(TAGS.get(module, ()))}",
            "-o",
            f"{target}/",
            *MODULES[module],
        ]
        done = subprocess.run(
            command,
            cwd=SOURCES / module,
            env={"GOGC": COLLECT, **os.environ, "CGO_ENABLED": "0", "GOFLAGS": ""},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise NotBuilt(f"{module} cannot be built:\n{done.stderr[-4000:]}")
        if module == "cluster":
            for name in KUBERNETES:
                (target / name).symlink_to("kubernetes")
        if module == "kwok":
            (target / "stages.yaml").write_text(_kwok_stages())
        if module == "kueue":
            _copy_kueue_chart(target / CHART)
        target.rename(folder)


def _kwok_stages() -> str:
    """How fake nodes and pods come to life: kwok does not bring it with its program, but its module has it."""
    stages = _source("kwok", "sigs.k8s.io/kwok") / "kustomize" / "stage"
    names = (
        "node/fast/node-initialize",
        "node/heartbeat-with-lease/node-heartbeat-with-lease",
        "pod/fast/pod-ready",
        "pod/fast/pod-complete",
    )
    return "\n---\n".join((stages / f"{name}.yaml").read_text() for name in (*names, "pod/fast/pod-delete"))


def _copy_kueue_chart(target: Path) -> None:
    """Copy the Helm chart that Kueue's module has. The module cache is read-only, the copy is not."""
    chart = _source("kueue", "sigs.k8s.io/kueue") / "charts" / "kueue"
    shutil.copytree(chart, target, copy_function=shutil.copyfile, ignore=shutil.ignore_patterns("tests"))
    for directory in (target, *(path for path in target.rglob("*") if path.is_dir())):
        directory.chmod(0o755)


def _source(module: str, dependency: str) -> Path:
    """Return the directory in the module cache that has the source of a dependency."""
    command = ["go", "list", "-m", "-f", "{{.Dir}}", dependency]
    return Path(subprocess.run(command, cwd=SOURCES / module, capture_output=True, text=True, check=True).stdout.strip())


def _linker_flags(module: str) -> str:
    """Smaller programs; and Kubernetes must know its version: a node without one is refused."""
    flags = "-s -w"
    if module == "cluster":
        version = _version("k8s.io/kubernetes", SOURCES / module)
        major, minor, _ = version.removeprefix("v").split(".", 2)
        for name, value in {"gitVersion": version, "gitMajor": major, "gitMinor": minor}.items():
            flags += f" -X k8s.io/component-base/version.{name}={value}"
    return flags


def _version(dependency: str, module: Path) -> str:
    for line in (module / "go.mod").read_text().splitlines():
        words = line.split()
        if words[:1] == ["require"]:
            words = words[1:]
        if words[:1] == [dependency]:
            return words[1]
    raise NotBuilt(f"{module}/go.mod does not require {dependency}")
