"""An image's label names the licences of what the project puts into it, as an SPDX expression."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
LABEL = re.compile(r'org\.opencontainers\.image\.licenses="([^"]+)"')
NVIDIA = "LicenseRef-NVIDIA-Proprietary"
"""What the metadata of NVIDIA's packages calls their licence."""


def label_of(containerfile: str, stage: str) -> str:
    """The licences that the stages whose FROM line ends like that are labelled with."""
    parts = re.split(r"^(?=FROM )", (ROOT / containerfile).read_text(), flags=re.MULTILINE)
    labels = [LABEL.search(part) for part in parts if part.splitlines()[0].endswith(stage)]
    assert len(labels) == 1
    assert labels[0]
    return labels[0][1]


def nvidias(variant: str) -> list[str]:
    return re.findall(r"^(nvidia-[\w-]+)==", (ROOT / "requirements" / f"trainer-{variant}.txt").read_text(), re.MULTILINE)


def test_the_operators_image_is_under_the_projects_own_licence():
    assert label_of("operator/Containerfile", "FROM ${BASE}") == "Apache-2.0"


@pytest.mark.parametrize("variant", ["cpu", "gpu"])
def test_the_trainers_image_names_nvidias_terms_where_it_has_packages_of_nvidia(variant: str):
    named = label_of("trainer_image/Containerfile", f"AS runtime-{variant}")
    assert named == (f"Apache-2.0 AND {NVIDIA}" if nvidias(variant) else "Apache-2.0")
    assert bool(nvidias(variant)) is (variant == "gpu")


def test_the_trainers_image_is_built_from_the_stage_of_its_variant():
    """`test_images_are_labelled` (tests/e2e/test_supply_chain.py) reads the label of the image that is built."""
    text = (ROOT / "trainer_image/Containerfile").read_text()
    assert re.findall(r"^FROM (\S+)", text, re.MULTILINE)[-1] == "runtime-${VARIANT}"
