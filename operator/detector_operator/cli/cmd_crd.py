"""Print the CustomResourceDefinition: `detector-training crd | kubectl apply -f -`."""

from __future__ import annotations

import argparse
import sys

from detector_operator.api.crd import to_yaml


def main(argv: list[str]) -> int:
    """Print the CRD as YAML."""
    argparse.ArgumentParser(prog="detector-training crd", description=__doc__).parse_args(argv)
    sys.stdout.write(to_yaml())
    return 0
