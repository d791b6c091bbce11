"""A real Kubernetes of one node on this machine, for the tests: `make cluster`, `make demo-cluster`, `make cluster-down`.

API server, scheduler, controller manager, kubelet, kube-proxy, etcd and CoreDNS are built from their Go modules (parts/); containerd,
runc and the CNI plugins are Debian's. All of it runs in namespaces of its own (sandbox.py), so that ending one process ends it all.
"""
