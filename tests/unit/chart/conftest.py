"""The chart, as helm renders it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from cluster.helm import Helm
from support.helm import find_helm

Render = Callable[..., list[dict[str, Any]]]
IMAGES = ('image.repository="detector-training-operator"', 'trainer.image="detector-trainer:0.1.0"')


@pytest.fixture(scope="session")
def helm() -> Helm:
    return Helm(find_helm())


@pytest.fixture(scope="session")
def render(helm: Helm) -> Render:
    """Renders with what has to be set, and these values: NAME=VALUE, where VALUE is JSON."""

    def rendered(*values: str, **more: Any) -> list[dict[str, Any]]:
        return helm.render(*(f"--set-json={value}" for value in (*IMAGES, *values)), **more)

    return rendered
