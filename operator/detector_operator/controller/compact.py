"""Remove from an object what the operator never reads: it can be most of it, and thousands of objects are kept."""

from __future__ import annotations

from typing import Final

from detector_operator.api.inline_text import digest_of
from detector_operator.api.resource import GROUP
from detector_operator.builders.manifest import Manifest

OWN_ANNOTATIONS: Final = f"{GROUP}/"


def compact(manifest: Manifest) -> Manifest:
    """Return an object without managedFields and foreign annotations, and with the digest of an inline pipeline config.

    `kubectl apply` without `--server-side` writes the whole manifest into an annotation, with the pipeline config.
    """
    metadata = {name: value for name, value in manifest["metadata"].items() if name != "managedFields"}
    if "annotations" in metadata:
        metadata["annotations"] = {
            name: value for name, value in metadata["annotations"].items() if name.startswith(OWN_ANNOTATIONS)
        }
    kept = {**manifest, "metadata": metadata}
    text = inline_text(manifest)
    if text is not None:
        config = {**manifest["spec"]["pipelineConfig"], "inline": digest_of(text)}
        kept["spec"] = {**manifest["spec"], "pipelineConfig": config}
    return kept


def inline_text(manifest: Manifest) -> str | None:
    """Return the inline pipeline config of a resource; None for any other or invalid object."""
    spec = manifest.get("spec")
    config = spec.get("pipelineConfig") if isinstance(spec, dict) else None
    text = config.get("inline") if isinstance(config, dict) else None
    return text if isinstance(text, str) else None
