"""Bills of materials: valid CycloneDX, with what is locked or installed, its licences, hashes and package URLs."""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import sys
import tarfile
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest
from packageurl import PackageURL

from detector_trainer import __version__
from supply_chain import document, locked, sbom
from supply_chain.document import InvalidDocument, Package

ROOT = Path(__file__).parents[3]
HERE = "pkg:pypi/detector-training@" + __version__


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(target)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    return next(target.glob("*.whl"))


@pytest.fixture(scope="module")
def documents(wheel: Path) -> dict[str, dict[str, Any]]:
    assert sbom.main(["wheel", str(wheel), "--output", str(wheel.parent / "sbom")]) == 0
    return {path.name.removesuffix(".cdx.json"): json.loads(path.read_text()) for path in (wheel.parent / "sbom").iterdir()}


def by_name(described: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {component["name"]: component for component in described["components"]}


# The wheel, with each lock


def test_there_is_a_document_for_each_lock_that_an_image_or_a_user_installs(documents: dict[str, Any]):
    assert set(documents) == {"base", "operator", "trainer-cpu", "trainer-gpu"}


@pytest.mark.parametrize("lock", sbom.LOCKS)
def test_it_is_valid_cyclonedx(documents: dict[str, Any], lock: str):
    document.validate(json.dumps(documents[lock]))
    assert (documents[lock]["bomFormat"], documents[lock]["specVersion"]) == ("CycloneDX", "1.6")


def test_what_violates_the_schema_is_not_written():
    with pytest.raises(InvalidDocument):
        document.validate('{"bomFormat": "CycloneDX", "specVersion": "1.6", "components": [{"name": "no type"}]}')


@pytest.mark.parametrize("lock", sbom.LOCKS)
def test_it_describes_the_wheel_itself(documents: dict[str, Any], wheel: Path, lock: str):
    described = documents[lock]["metadata"]["component"]
    assert (described["name"], described["version"], described["purl"]) == ("detector-training", __version__, HERE)
    assert described["hashes"] == [{"alg": "SHA-256", "content": hashlib.sha256(wheel.read_bytes()).hexdigest()}]
    assert described["licenses"] == [{"license": {"id": "Apache-2.0"}}]


@pytest.mark.parametrize("lock", sbom.LOCKS)
def test_it_has_each_locked_package_with_its_url_and_the_hashes_that_pip_accepts(documents: dict[str, Any], lock: str):
    text = (ROOT / "requirements" / f"{lock}.txt").read_text()
    components = by_name(documents[lock])
    for line in re.findall(r"^([\w.-]+==[^\s;]+) \\$", text, re.MULTILINE):  # those without a marker
        name, _, version = line.partition("==")
        assert components[name]["version"] == version
        assert PackageURL.from_string(components[name]["purl"]) == PackageURL("pypi", None, name, version)
    hashes = {digest["content"] for component in components.values() for digest in component["hashes"]}
    assert all(component["hashes"] for component in components.values())
    assert hashes <= set(re.findall(r"--hash=sha256:([0-9a-f]{64})", text))


def test_of_two_versions_it_has_the_one_for_this_python(documents: dict[str, Any]):
    expected = "2.4.6" if sys.version_info < (3, 12) else "2.5.5"
    assert {"2.4.6", "2.5.5"} <= set(re.findall(r"^numpy==(\S+)", (ROOT / "requirements/base.txt").read_text(), re.MULTILINE))
    assert [each["version"] for each in documents["base"]["components"] if each["name"] == "numpy"] == [expected]


@pytest.mark.parametrize("lock", sbom.LOCKS)
def test_a_licence_is_given_where_the_metadata_of_an_installed_package_declares_one(documents: dict[str, Any], lock: str):
    for component in documents[lock]["components"]:
        try:
            installed = metadata.distribution(component["name"])
        except metadata.PackageNotFoundError:
            assert "licenses" not in component
            continue
        if installed.version == component["version"] and "License-Expression" in installed.metadata:
            (licence,) = component["licenses"]
            assert installed.metadata["License-Expression"] in (licence.get("expression"), licence.get("license", {}).get("id"))


def test_it_says_what_requires_what(documents: dict[str, Any]):
    requires = {each["ref"]: each.get("dependsOn", []) for each in documents["operator"]["dependencies"]}
    names = {ref: {PackageURL.from_string(part).name for part in parts} for ref, parts in requires.items()}
    given = (ROOT / "requirements" / "operator.in").read_text().splitlines()
    assert names[HERE] == {line for line in given if not line.startswith("#")}
    (pydantic,) = (ref for ref in names if ref.startswith("pkg:pypi/pydantic@"))
    assert "pydantic-core" in names[pydantic]


def test_the_same_wheel_and_date_give_the_same_document(wheel: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    first, second = (sbom.of_wheel(wheel, "base") for _ in range(2))
    assert first == second
    assert json.loads(first)["metadata"]["timestamp"] == "2023-11-14T22:13:20+00:00"


@pytest.mark.parametrize("content", [None, b"no zip"], ids=["missing", "not a zip"])
def test_what_is_not_a_wheel_is_reported_without_a_traceback(tmp_path: Path, capsys, content: bytes | None):
    path = tmp_path / "some.whl"
    if content is not None:
        path.write_bytes(content)
    assert sbom.main(["wheel", str(path), "--output", str(tmp_path)]) == 1
    assert capsys.readouterr().err.startswith("sbom: ")


# An image


STATUS = """\
Package: libc6
Status: install ok installed
Architecture: amd64
Version: 2.36-9+deb12u10
Description: a library
 with more to say of it

Package: removed
Status: deinstall ok config-files
Architecture: amd64
Version: 1

Package: tzdata
Status: install ok installed
Architecture: all
Version: 2025b-0+deb12u1
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """The file system of a small image."""
    site = "opt/detector-training/lib/python3.11/site-packages"
    pin = next(pin for pin in locked.read(ROOT / "requirements/operator.txt") if pin.name == "kopf")
    outside = tmp_path / "outside"
    outside.write_text("Metadata-Version: 2.1\nName: outside\nVersion: 1\n")
    files = {
        "var/lib/dpkg/status": STATUS,
        "usr/lib/os-release": 'ID=debian\nVERSION_ID="12"\nPRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\n',
        f"{site}/kopf-{pin.version}.dist-info/METADATA": f"Name: kopf\nVersion: {pin.version}\nLicense-Expression: MIT\n\nText\n",
        f"{site}/Foo_Bar-1.dist-info/METADATA": "Name: Foo_Bar\nVersion: 1\nLicense: Apache 2.0\n",
        f"{site}/classified-2.dist-info/METADATA": (
            "Name: classified\nVersion: 2\nLicense: UNKNOWN\nClassifier: License :: OSI Approved :: MIT License\n"
        ),
        f"{site}/kopf/METADATA": "Name: not a package\nVersion: 0\n",
        f"{site}/nameless-1.dist-info/METADATA": "Summary: neither name nor version\n",
    }
    for name, text in files.items():
        path = tmp_path / "root" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    linked = tmp_path / "root" / site / "linked-1.dist-info"
    linked.mkdir()
    (linked / "METADATA").symlink_to(outside)
    return tmp_path / "root"


@pytest.fixture(params=["directory", "tar"])
def image(request: pytest.FixtureRequest, root: Path, tmp_path: Path) -> Path:
    if request.param == "directory":
        return root
    with tarfile.open(tmp_path / "image.tar", "w") as archive:
        archive.add(root, ".")
    return tmp_path / "image.tar"


@pytest.fixture
def described(image: Path, tmp_path: Path) -> dict[str, Any]:
    target = tmp_path / "some" / "image.cdx.json"
    assert sbom.main(["image", str(image), "--name=registry.example/a", "--version=0.1.0", f"--output={target}"]) == 0
    document.validate(target.read_text())
    return json.loads(target.read_text())


def test_an_image_is_described_by_its_python_and_its_debian_packages(described: dict[str, Any]):
    assert {each["purl"] for each in described["components"] if "purl" in each} == {
        "pkg:deb/debian/libc6@2.36-9%2Bdeb12u10?arch=amd64&distro=debian-12",
        "pkg:deb/debian/tzdata@2025b-0%2Bdeb12u1?arch=all&distro=debian-12",
        f"pkg:pypi/kopf@{by_name(described)['kopf']['version']}",
        "pkg:pypi/foo-bar@1",
        "pkg:pypi/classified@2",
    }
    assert [(each["name"], each["version"]) for each in described["components"] if each["type"] == "operating-system"] == [
        ("debian", "12")
    ]
    subject = described["metadata"]["component"]
    assert (subject["type"], subject["name"], subject["version"]) == ("container", "registry.example/a", "0.1.0")


def test_the_licences_are_those_of_the_metadata_in_the_image(described: dict[str, Any]):
    licences = {name: each.get("licenses") for name, each in by_name(described).items()}
    assert licences["kopf"] == licences["classified"] == [{"license": {"id": "MIT"}}]
    assert licences["foo-bar"] == [{"license": {"id": "Apache-2.0"}}]
    assert licences["libc6"] is None


def test_a_locked_package_in_an_image_has_the_hashes_of_the_lock(described: dict[str, Any]):
    pin = next(pin for pin in locked.read(ROOT / "requirements/operator.txt") if pin.name == "kopf")
    assert {each["content"] for each in by_name(described)["kopf"]["hashes"]} == set(pin.hashes)
    assert "hashes" not in by_name(described)["foo-bar"]


def test_an_image_without_a_distribution_is_described_too(tmp_path: Path):
    described = json.loads(sbom.of_image(tmp_path, "empty", "1"))
    assert described.get("components", []) == []


def test_what_is_not_an_image_is_reported_without_a_traceback(tmp_path: Path, capsys):
    wrong = tmp_path / "wrong.tar"
    wrong.write_text("not a tar")
    assert sbom.main(["image", str(wrong), "--name=a", "--version=1", f"--output={tmp_path / 'o.json'}"]) == 1
    assert capsys.readouterr().err.startswith("sbom: ")


@pytest.mark.parametrize(
    ("licence", "written"),
    [
        ("MIT", {"license": {"id": "MIT"}}),
        ("Apache-2.0 AND MIT", {"expression": "Apache-2.0 AND MIT"}),
        ("LicenseRef-NVIDIA-Proprietary", {"license": {"name": "LicenseRef-NVIDIA-Proprietary"}}),
        ("NVIDIA Proprietary Software", {"license": {"name": "NVIDIA Proprietary Software"}}),
    ],
)
def test_a_licence_is_an_spdx_id_or_expression_where_it_is_one_and_a_name_where_not(licence: str, written: dict[str, Any]):
    text = document.of_container("image", "1", None, [Package("a", "1", "pypi", licence=licence)])
    assert json.loads(text)["components"][0]["licenses"] == [written]
