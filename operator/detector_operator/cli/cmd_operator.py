"""Run the operator: watch DetectorTrainings on a cluster, validate and train them.

It uses the service account of its pod, or else the kubeconfig. While the API server is unreachable or rejects requests, or the
CustomResourceDefinition is not installed, it reports that, is not ready, and retries. Exit codes: 0 stopped by a signal, 1 no
cluster is configured or a port is in use, 2 invalid flags.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import sys

from aiohttp import ClientError
from kubernetes.aio.config import ConfigException

from detector_operator.builders.settings import Settings
from detector_operator.controller.log_format import JsonLines, TextLines
from detector_operator.controller.manager import ManagerOptions, run_operator
from detector_operator.controller.unwatched_namespaces import UNWATCHED, unwatched_namespaces

STOPPED, UNUSABLE = 0, 1
DEFAULTS = Settings(trainer_image="")


def main(argv: list[str]) -> int:
    """Run the operator until it receives a signal."""
    parser = _parser()
    arguments, unwatched = parser.parse_args(argv), unwatched_namespaces()
    for namespace in arguments.namespace:
        if namespace in unwatched:
            parser.error(
                f"--namespace {namespace}: cannot be watched: {UNWATCHED}; remove it, or run the operator in another namespace"
            )
    logger = _logger(arguments.log_format, arguments.log_level)
    settings = Settings(
        trainer_image=arguments.trainer_image,
        image_pull_policy=arguments.image_pull_policy,
        gpu_resource=arguments.gpu_resource,
        shm_size=arguments.shm_size,
        tmp_size=None if arguments.tmp_size == "none" else arguments.tmp_size,
        validation_secrets=arguments.validation_secrets,
        user_id=arguments.user_id,
    )
    options = ManagerOptions(
        namespaces=arguments.namespace,
        settings=settings,
        unwatched=unwatched,
        health_port=arguments.health_port,
        metrics_port=arguments.metrics_port,
        training_metrics=arguments.training_metrics,
    )
    try:
        asyncio.run(run_operator(options, logger))
    except ConfigException as error:
        return _fail(f"no cluster is configured: {error}")
    except (ClientError, OSError) as error:
        return _fail(str(error))
    return STOPPED


def _parser() -> argparse.ArgumentParser:
    summary, _, rest = (__doc__ or "").partition("\n\n")
    parser = argparse.ArgumentParser(prog="detector-training operator", description=summary, epilog=rest, allow_abbrev=False)
    parser.add_argument(
        "--namespace",
        action="append",
        default=[],
        metavar="NAME",
        help="namespace to watch (repeatable); default: all except the operator's own and those of Kubernetes",
    )
    parser.add_argument("--trainer-image", required=True, metavar="IMAGE", help="trainer image of resources that set none")
    parser.add_argument(
        "--image-pull-policy",
        choices=("Always", "IfNotPresent", "Never"),
        help="pull policy of that image; default: that of Kubernetes",
    )
    parser.add_argument(
        "--gpu-resource",
        default=DEFAULTS.gpu_resource,
        metavar="NAME",
        help=f"extended resource for GPUs; default {DEFAULTS.gpu_resource}",
    )
    parser.add_argument(
        "--shm-size", default=DEFAULTS.shm_size, metavar="QUANTITY", help=f"size limit of /dev/shm; default {DEFAULTS.shm_size}"
    )
    parser.add_argument(
        "--tmp-size",
        default=DEFAULTS.tmp_size,
        metavar="QUANTITY",
        help=f"size limit of /tmp in the pods, or none; default {DEFAULTS.tmp_size}",
    )
    parser.add_argument(
        "--validation-secrets",
        choices=("Inherit", "Omit"),
        default=DEFAULTS.validation_secrets,
        help=f"whether validation pods get the Secrets of their trainer; default {DEFAULTS.validation_secrets}",
    )
    parser.add_argument(
        "--user-id",
        type=_user_id,
        default=DEFAULTS.user_id,
        metavar="N",
        help=f"user ID of the pods, or none to leave it to the cluster; default {DEFAULTS.user_id}",
    )
    parser.add_argument(
        "--health-port", type=int, default=8080, metavar="PORT", help="port of /healthz and /readyz; default 8080"
    )
    parser.add_argument(
        "--metrics-port", type=int, default=8081, metavar="PORT", help="port of /metrics; 0 disables it; default 8081"
    )
    parser.add_argument(
        "--no-training-metrics",
        dest="training_metrics",
        action="store_false",
        help="export counts only, no metrics per training",
    )
    parser.add_argument("--log-format", choices=("text", "json"), default="text", help="default text")
    parser.add_argument("--log-level", choices=("debug", "info", "warning", "error"), default="info", help="default info")
    return parser


def _user_id(text: str) -> int | None:
    if text == "none":
        return None
    if not text.isdecimal() or int(text) == 0:
        raise argparse.ArgumentTypeError(f"{text!r} is neither a positive user ID nor none")
    return int(text)


def _logger(form: str, level: str) -> logging.Logger:
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines() if form == "json" else TextLines())
    handler.addFilter(_reported_once)
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logger = logging.getLogger("detector_operator")
    logger.setLevel(level.upper())
    return logger


def _reported_once(record: logging.LogRecord) -> bool:
    """Drop the tracebacks that kopf logs for each task of a failed watch: the operator reports the failure itself."""
    return not (record.exc_info and record.name.startswith("kopf._core.reactor"))


def _fail(message: str) -> int:
    sys.stderr.write(f"detector-training operator: {message}\n")
    return UNUSABLE
