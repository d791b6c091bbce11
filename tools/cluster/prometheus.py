"""Prometheus, as a process on the node's network: it reaches pods and Services, and this machine reaches it."""

from __future__ import annotations

import json
import os
import shutil
import signal
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from cluster.parts import program
from cluster.places import ADDRESS
from cluster.sandbox import Sandbox
from cluster.up import Cluster
from cluster.waiting import until

PORT: Final = 9090
INTERVAL: Final = "1s"
"""Between two scrapes, and between two evaluations of the alerts."""
SECONDS: Final = 10

Sample = dict[str, Any]


@dataclass(frozen=True)
class Prometheus:
    """Answers queries."""

    sandbox: Sandbox
    url: str = f"http://{ADDRESS}:{PORT}"

    @classmethod
    def start(cls, cluster: Cluster, scrape_configs: Sequence[dict[str, Any]], *, rules: Sequence[Path] = ()) -> Prometheus:
        """Start it; returns when it answers.

        Args:
            cluster: the one whose network it is on.
            scrape_configs: what it scrapes, as in its config file.
            rules: files with recording and alerting rules.
        """
        directory = cluster.places.state / "prometheus"
        shutil.rmtree(directory, ignore_errors=True)
        directory.mkdir()
        config = {
            "global": {"scrape_interval": INTERVAL, "scrape_timeout": INTERVAL, "evaluation_interval": INTERVAL},
            "rule_files": [str(file) for file in rules],
            "scrape_configs": [*scrape_configs],
        }
        file = directory / "prometheus.yml"
        file.write_text(json.dumps(config))  # JSON is YAML
        cluster.sandbox.spawn(
            "prometheus",
            [
                program(cluster.places, "prometheus"),
                f"--config.file={file}",
                f"--storage.tsdb.path={directory / 'data'}",
                f"--web.listen-address={ADDRESS}:{PORT}",
            ],
        )
        prometheus = cls(cluster.sandbox)
        until(prometheus.ready, "Prometheus", seconds=60)
        return prometheus

    def stop(self) -> None:
        """End it; its data stays until the next start."""
        for process in self.sandbox.processes("prometheus"):
            os.kill(process, signal.SIGTERM)
        until(lambda: not self.sandbox.processes("prometheus"), "the end of Prometheus", seconds=30)

    def ready(self) -> bool:
        """Return whether it answers queries."""
        try:
            with urllib.request.urlopen(f"{self.url}/-/ready", timeout=SECONDS) as response:
                return bool(response.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    def query(self, expression: str) -> list[Sample]:
        """Return the samples of an instant query: each with `metric`, its labels, and `value`, a time and a text."""
        result: list[Sample] = self._get("query", query=expression)["result"]
        return result

    def value(self, expression: str) -> float | None:
        """Return the value of a query with one sample; None if there is no sample.

        Raises:
            ValueError: there are several.
        """
        samples = self.query(expression)
        if len(samples) > 1:
            raise ValueError(f"{expression} has {len(samples)} samples: {[sample['metric'] for sample in samples]}")
        return float(samples[0]["value"][1]) if samples else None

    def targets(self) -> list[dict[str, Any]]:
        """Return what it scrapes, each with `health` (up, down or unknown), `lastError` and `labels`."""
        active: list[dict[str, Any]] = self._get("targets", state="active")["activeTargets"]
        return active

    def alerts(self) -> list[dict[str, Any]]:
        """Return the alerts that are pending or firing, each with `labels`, `annotations` and `state`."""
        alerts: list[dict[str, Any]] = self._get("alerts")["alerts"]
        return alerts

    def _get(self, path: str, **parameters: str) -> dict[str, Any]:
        address = f"{self.url}/api/v1/{path}?{urllib.parse.urlencode(parameters)}"
        with urllib.request.urlopen(address, timeout=SECONDS) as response:
            data: dict[str, Any] = json.load(response)["data"]
        return data


def static(job: str, *targets: str, path: str = "/metrics") -> dict[str, Any]:
    """Return a scrape config of addresses, each HOST:PORT."""
    return {"job_name": job, "metrics_path": path, "static_configs": [{"targets": [*targets]}]}


def service(cluster: Cluster, job: str, *, namespace: str, name: str, port: str) -> dict[str, Any]:
    """Return a scrape config of the pods behind a port of a Service, found as a ServiceMonitor has them found."""
    matches = {
        "__meta_kubernetes_service_name": name,
        "__meta_kubernetes_endpointslice_port_name": port,
    }
    return {
        "job_name": job,
        "kubernetes_sd_configs": [
            {
                "role": "endpointslice",
                "kubeconfig_file": str(cluster.places.kubeconfig),
                "namespaces": {"names": [namespace]},
            }
        ],
        "relabel_configs": [{"source_labels": [label], "regex": value, "action": "keep"} for label, value in matches.items()]
        + [
            {"source_labels": ["__meta_kubernetes_namespace"], "target_label": "namespace"},
            {"source_labels": ["__meta_kubernetes_pod_name"], "target_label": "pod"},
            {"source_labels": ["__meta_kubernetes_service_name"], "target_label": "service"},
        ],
    }
