"""Run a real single-node Kubernetes cluster on this machine: `make cluster`, `make demo-cluster`, `make e2e`.

API server, scheduler, controller manager, kubelet, kube-proxy, etcd and CoreDNS are built from their Go modules (parts/);
containerd, runc and the CNI plugins are Debian's. Everything runs in namespaces of its own (sandbox.py): to end one process ends
all of it.
"""
