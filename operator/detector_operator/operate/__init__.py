"""The operator on a cluster: what kopf tells goes into the store, and every resource is reconciled by one task at a time.

`reconciler` is the loop: observe, decide, act. What it does is decided by `reconcile`, what it creates is built by `specs`: here
is only the traffic with the API server.
"""
