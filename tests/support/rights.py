"""All that the chart grants: (API group, resource) to verbs."""

from __future__ import annotations

GROUP = "detector-training.io"

OPERATOR = {
    (GROUP, "detectortrainings"): {"get", "list", "watch"},
    (GROUP, "detectortrainings/status"): {"patch"},
    ("batch", "jobs"): {"get", "list", "watch", "create", "patch", "delete"},
    ("", "pods"): {"get", "list", "watch"},
    ("", "pods/log"): {"get"},
    ("", "configmaps"): {"get", "create"},
    ("", "events"): {"list", "create"},
}
VIEW = {(GROUP, "detectortrainings"): {"get", "list", "watch"}}
EDIT = {(GROUP, "detectortrainings"): {"create", "delete", "deletecollection", "patch", "update"}}
