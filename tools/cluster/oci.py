"""Writes a small image by hand, where building one would need an image to begin with."""

from __future__ import annotations

import hashlib
import json
import platform
import tarfile
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}


def write_archive(path: Path, name: str, layer: bytes, command: Sequence[str]) -> None:
    """Write an OCI archive with an image of one layer, an uncompressed tar."""
    blobs: dict[str, bytes] = {}

    def blob(data: bytes, kind: str) -> dict[str, Any]:
        digest = hashlib.sha256(data).hexdigest()
        blobs[f"blobs/sha256/{digest}"] = data
        return {"mediaType": f"application/vnd.oci.image.{kind}", "digest": f"sha256:{digest}", "size": len(data)}

    rootfs = {"type": "layers", "diff_ids": [f"sha256:{hashlib.sha256(layer).hexdigest()}"]}
    config = {
        "architecture": ARCHITECTURES.get(platform.machine(), "amd64"),
        "os": "linux",
        "config": {"Entrypoint": [*command]},
        "rootfs": rootfs,
    }
    manifest = {
        "schemaVersion": 2,
        "mediaType": "application/vnd.oci.image.manifest.v1+json",
        "config": blob(json.dumps(config).encode(), "config.v1+json"),
        "layers": [blob(layer, "layer.v1.tar")],
    }
    index = {
        "schemaVersion": 2,
        "manifests": [
            {**blob(json.dumps(manifest).encode(), "manifest.v1+json"), "annotations": {"io.containerd.image.name": name}},
        ],
    }
    blobs |= {"index.json": json.dumps(index).encode(), "oci-layout": b'{"imageLayoutVersion":"1.0.0"}'}
    with tarfile.open(path, "w") as tar:
        for member, data in blobs.items():
            info = tarfile.TarInfo(member)
            info.size = len(data)
            tar.addfile(info, BytesIO(data))
