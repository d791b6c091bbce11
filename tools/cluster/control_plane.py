"""etcd, API server, controller manager and scheduler."""

from __future__ import annotations

import base64
import json
import ssl
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path

from cluster.certificates import Authority, Pair, kubeconfig, service_account_key
from cluster.parts import program
from cluster.places import ADDRESS, API_PORT, NODE, POD_RANGE, SERVICE_RANGE, Places
from cluster.sandbox import Sandbox
from cluster.waiting import until

SERVER = f"https://{ADDRESS}:{API_PORT}"
ETCD_PORT = 2379
AGGREGATOR = "aggregator"
READY_SECONDS = 180
"""How long an API server may take to become ready: a few seconds, and more than a minute on a machine that does much else."""
"""The name by which the API server authenticates to the API servers of extensions, such as Kueue's."""


@dataclass(frozen=True)
class Credentials:
    """Files of the cluster's certificates and kubeconfigs."""

    folder: Path
    authority: Authority

    @classmethod
    def make(cls, places: Places) -> Credentials:
        """Make new ones, for a new cluster."""
        made = cls(places.state / "certificates", Authority("test-cluster"))
        made.folder.mkdir()
        made.file("ca.crt").write_bytes(made.authority.certificate)
        made.file("service-accounts.key").write_bytes(service_account_key())
        issue = made.authority.issue
        names = (ADDRESS, "10.96.0.1", "127.0.0.1", "localhost", "kubernetes", "kubernetes.default", "kubernetes.default.svc")
        issue("kube-apiserver", names=names).write(made.folder, "apiserver")
        issue("kube-apiserver", groups=("system:masters",)).write(made.folder, "apiserver-to-kubelet")
        issue(NODE, names=(ADDRESS, NODE)).write(made.folder, "kubelet-server")
        issue(AGGREGATOR).write(made.folder, AGGREGATOR)
        made.client("kube-controller-manager", "system:kube-controller-manager")
        made.client("kube-scheduler", "system:kube-scheduler")
        made.client("kube-proxy", "system:kube-proxy")
        made.client("kubelet", f"system:node:{NODE}", "system:nodes")
        made.client("kwok", "kwok", "system:masters")
        admin = issue("admin", groups=("system:masters",))
        places.kubeconfig.touch(0o600)
        places.kubeconfig.write_text(kubeconfig(SERVER, made.authority, admin))
        return made

    def client(self, name: str, user: str, *groups: str) -> Pair:
        """Issue a client certificate, as a kubeconfig NAME.kubeconfig."""
        pair = self.authority.issue(user, groups=groups)
        self.file(f"{name}.kubeconfig").write_text(kubeconfig(SERVER, self.authority, pair))
        return pair

    def file(self, name: str) -> Path:
        """Return the path of one of the files."""
        return self.folder / name


def start(sandbox: Sandbox, places: Places, credentials: Credentials) -> None:
    """Starts all four; returns once the API server is ready."""
    start_etcd(sandbox, places)
    start_apiserver(sandbox, places, credentials)
    # A controller manager that may not read /healthz for 10 s exits: the roles are created while the API server starts.
    until(lambda: ready(places), "the API server", seconds=READY_SECONDS)
    start_controllers(sandbox, places, credentials)


def start_etcd(sandbox: Sandbox, places: Places) -> None:
    """Start etcd, without fsync: nobody will miss this cluster after a power cut."""
    url = f"http://127.0.0.1:{ETCD_PORT}"
    sandbox.spawn(
        "etcd",
        [
            program(places, "etcd"),
            f"--data-dir={places.state / 'etcd'}",
            f"--listen-client-urls={url}",
            f"--advertise-client-urls={url}",
            "--listen-peer-urls=http://127.0.0.1:2380",
            "--unsafe-no-fsync",
            "--log-level=warn",
        ],
    )


def start_apiserver(sandbox: Sandbox, places: Places, credentials: Credentials) -> None:
    """Start the API server, with the admission plugins and the authorization that are usual."""
    file = credentials.file
    sandbox.spawn(
        "kube-apiserver",
        [
            program(places, "kube-apiserver"),
            f"--advertise-address={ADDRESS}",
            "--bind-address=0.0.0.0",
            f"--secure-port={API_PORT}",
            f"--etcd-servers=http://127.0.0.1:{ETCD_PORT}",
            f"--service-cluster-ip-range={SERVICE_RANGE}",
            "--authorization-mode=Node,RBAC",
            "--enable-admission-plugins=NodeRestriction",
            f"--client-ca-file={file('ca.crt')}",
            f"--tls-cert-file={file('apiserver.crt')}",
            f"--tls-private-key-file={file('apiserver.key')}",
            f"--kubelet-client-certificate={file('apiserver-to-kubelet.crt')}",
            f"--kubelet-client-key={file('apiserver-to-kubelet.key')}",
            "--kubelet-preferred-address-types=InternalIP",  # else it looks up the node's name
            f"--service-account-key-file={file('service-accounts.key')}",
            f"--service-account-signing-key-file={file('service-accounts.key')}",
            "--service-account-issuer=https://kubernetes.default.svc",
            f"--requestheader-client-ca-file={file('ca.crt')}",
            f"--requestheader-allowed-names={AGGREGATOR}",
            "--requestheader-username-headers=X-Remote-User",
            "--requestheader-group-headers=X-Remote-Group",
            "--requestheader-extra-headers-prefix=X-Remote-Extra-",
            f"--proxy-client-cert-file={file(f'{AGGREGATOR}.crt')}",
            f"--proxy-client-key-file={file(f'{AGGREGATOR}.key')}",
            # With it, tests change pods the way a service mesh does. In Kubernetes 1.35 it is beta and off by default.
            "--feature-gates=MutatingAdmissionPolicy=true",
            "--runtime-config=admissionregistration.k8s.io/v1beta1=true",
            f"--audit-log-path={places.logs / 'audit.log'}",
            f"--audit-policy-file={_audit_policy(places)}",
        ],
    )


def start_controllers(sandbox: Sandbox, places: Places, credentials: Credentials) -> None:
    """Start the controller manager and the scheduler."""
    file = credentials.file
    sandbox.spawn(
        "kube-controller-manager",
        [
            program(places, "kube-controller-manager"),
            f"--kubeconfig={file('kube-controller-manager.kubeconfig')}",
            "--leader-elect=false",
            "--use-service-account-credentials=true",
            f"--service-account-private-key-file={file('service-accounts.key')}",
            f"--root-ca-file={file('ca.crt')}",
            f"--cluster-cidr={POD_RANGE}",
            "--node-monitor-grace-period=20s",  # a node that went away is noticed sooner
            "--terminated-pod-gc-threshold=500",
        ],
    )
    sandbox.spawn(
        "kube-scheduler",
        [program(places, "kube-scheduler"), f"--kubeconfig={file('kube-scheduler.kubeconfig')}", "--leader-elect=false"],
    )


def ready(places: Places) -> bool:
    """Return whether the API server reports that it is ready."""
    config = json.loads(places.kubeconfig.read_text())
    authority = base64.b64decode(config["clusters"][0]["cluster"]["certificate-authority-data"]).decode()
    context = ssl.create_default_context(cadata=authority)
    try:
        with urllib.request.urlopen(f"{SERVER}/readyz", context=context, timeout=5) as response:
            return bool(response.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def _audit_policy(places: Places) -> Path:
    """Log who requested what, without the bodies: tests count requests."""
    path = places.state / "audit-policy.yaml"
    path.write_text(
        json.dumps(
            {
                "apiVersion": "audit.k8s.io/v1",
                "kind": "Policy",
                "omitStages": ["RequestReceived", "ResponseStarted"],
                "rules": [
                    {"level": "Metadata", "userGroups": ["system:serviceaccounts"]},
                    {"level": "None"},
                ],
            }
        )
    )
    return path
