"""Run DetectorTrainings on a Kubernetes cluster, or one on this machine."""
