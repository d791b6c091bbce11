"""The CRD of the chart is that of the project, and outlives the release."""

from __future__ import annotations

import tarfile

import yaml

from cluster.helm import CHART
from detector_operator.api import crd

COPY = CHART / "files" / crd.FILE.name


def definition(manifests):
    (found,) = (manifest for manifest in manifests if manifest["kind"] == "CustomResourceDefinition")
    return found


def test_the_copy_is_up_to_date():
    assert COPY.read_bytes() == crd.FILE.read_bytes(), "run: make generate"


def test_the_copy_is_packaged(helm, tmp_path):
    helm("package", CHART, "--destination", tmp_path)
    (package,) = tmp_path.glob("*.tgz")
    with tarfile.open(package) as archive:
        file = archive.extractfile(f"detector-training/files/{crd.FILE.name}")
        assert file is not None
        assert file.read() == COPY.read_bytes()


def test_it_is_installed_as_it_is_but_for_its_metadata(render):
    assert definition(render())["spec"] == yaml.safe_load(COPY.read_text(encoding="utf-8"))["spec"]
    assert definition(render())["metadata"]["name"] == crd.custom_resource_definition()["metadata"]["name"]


def test_it_is_kept_when_the_release_is_uninstalled(render):
    assert definition(render())["metadata"]["annotations"] == {"helm.sh/resource-policy": "keep"}


def test_it_can_be_left_out(render):
    assert "CustomResourceDefinition" not in {manifest["kind"] for manifest in render("crds.install=false")}


def test_it_is_not_in_the_folder_that_helm_never_upgrades():
    assert not (CHART / "crds").exists()
