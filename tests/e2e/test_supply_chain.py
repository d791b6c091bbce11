"""The images as they are built: their bills of materials, their labels, and what they leave out."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from cluster import images
from cluster.images import Image
from cluster.places import Places
from cluster.up import Cluster
from detector_trainer import __version__
from supply_chain import document, sbom

pytestmark = pytest.mark.cluster
PARSERS = {"google-crc32c", "numpy", "pillow", "protobuf", "simplejpeg"}
WITH_THE_TRAINER = pytest.param("trainer", marks=pytest.mark.trainer)


@pytest.fixture
def places(own_cluster: Cluster) -> Places:
    return own_cluster.places


def described(places: Places, image: Image) -> dict[str, Any]:
    with images.root_of(places, image) as root:
        text = sbom.of_image(root, image.name.rpartition(":")[0], __version__)
    document.validate(text)
    return json.loads(text)


def names(bill: dict[str, Any], kind: str) -> set[str]:
    return {each["name"] for each in bill["components"] if each.get("purl", "").startswith(f"pkg:{kind}/")}


def locked(name: str) -> set[str]:
    text = (images.ROOT / "requirements" / f"{name}.txt").read_text()
    return set(re.findall(r"^([\w.-]+)==[^\s;]+ \\$", text, re.MULTILINE))  # those without a marker


@pytest.mark.parametrize(
    ("name", "lock"), [("operator", "operator"), pytest.param("trainer", "trainer-cpu", marks=pytest.mark.trainer)]
)
def test_the_bill_of_materials_has_every_package_of_an_image(places: Places, name: str, lock: str):
    bill = described(places, images.IMAGES[name])
    assert locked(lock) | {"detector-training"} <= names(bill, "pypi")
    assert {"libc6", "python3", "dpkg"} <= names(bill, "deb")
    assert [each["name"] for each in bill["components"] if each["type"] == "operating-system"] == ["debian"]
    hashed = {each["name"] for each in bill["components"] if each.get("hashes")}
    assert locked(lock) <= hashed
    if name == "operator":
        assert names(bill, "pypi") & PARSERS == set()


@pytest.mark.parametrize("name", ["operator", WITH_THE_TRAINER])
def test_an_image_carries_the_licence_and_the_notice(places: Places, name: str):
    with images.root_of(places, images.IMAGES[name]) as root:
        (folder,) = Path(root, "opt/detector-training").glob(
            f"lib/python3*/site-packages/detector_training-{__version__}.dist-info"
        )
        assert {path.name for path in (folder / "licenses").iterdir()} == {"LICENSE", "NOTICE"}


@pytest.mark.parametrize("name", ["operator", WITH_THE_TRAINER])
def test_images_are_labelled(places: Places, name: str):
    """The trainer's is built for CPUs here; the one for GPUs is tested in tests/unit/supply_chain/test_image_labels.py."""
    image = images.IMAGES[name]
    images.archive(places, image)
    assert images.label(places, image, "org.opencontainers.image.licenses") == "Apache-2.0"
    assert images.label(places, image, "org.opencontainers.image.title").startswith("detector-training ")
