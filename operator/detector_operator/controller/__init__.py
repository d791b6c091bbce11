"""Run the operator on a cluster: kopf fills the store, and one task at a time reconciles each resource.

`reconciler` is the loop: observe, decide, act. `reconcile` and `policies` decide, `builders` build the objects: this package only
communicates with the API server.
"""
