"""Write bills of materials (CycloneDX JSON) of the wheel with its locked packages, and of images: `make sbom`, `make image-sbom`.

    python -m supply_chain.sbom wheel WHEEL --output DIRECTORY
    python -m supply_chain.sbom image ROOT --name NAME --version VERSION --output FILE

`wheel` writes one file for each requirements/*.txt that the wheel is installed with. ROOT is the file system of an image: a
directory, or the tar that `podman export` writes. Licences are those that a package's metadata declares; a package of a lock that
is not installed here has none. SOURCE_DATE_EPOCH sets the timestamp. Exit code: 0 written, 1 unreadable input, 2 wrong flags.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
import tarfile
import zipfile
from pathlib import Path

from supply_chain import document, image_packages, locked, python_metadata
from supply_chain.document import Package

LOCKS = ("base", "operator", "trainer-cpu", "trainer-gpu")
REQUIREMENTS = Path(__file__).resolve().parents[2] / "requirements"


def main(argv: list[str] | None = None) -> int:
    """Write the documents that the arguments select."""
    options = _parser().parse_args(argv)
    try:
        return int(options.run(options))
    except (OSError, tarfile.TarError, zipfile.BadZipFile, Unusable) as error:
        sys.stderr.write(f"sbom: {error}\n")
        return 1


class Unusable(Exception):
    """A file is something other than it should be."""


def of_wheel(wheel: Path, lock: str) -> str:
    """Return the document of a wheel with the packages of requirements/LOCK.txt."""
    with zipfile.ZipFile(wheel) as archive:
        metadata = [name for name in archive.namelist() if name.endswith(".dist-info/METADATA")]
        if len(metadata) != 1:
            raise Unusable(f"{wheel} is not a wheel: no dist-info/METADATA in it.")
        subject = python_metadata.parse(archive.read(metadata[0]))
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    path = REQUIREMENTS / f"{lock}.txt"
    return document.of_library(subject, digest, [_package(pin) for pin in locked.read(path)], locked.dependencies(path))


def _package(pin: locked.Pin) -> Package:
    return Package(
        pin.name, pin.version, "pypi", licence=python_metadata.installed_licence(pin.name, pin.version), hashes=pin.hashes
    )


def of_image(root: Path, name: str, version: str) -> str:
    """Return the document of an image: its Python packages, those of its distribution, and the distribution itself."""
    return document.of_container(name, version, *image_packages.find(root, _hashes()))


def _hashes() -> dict[tuple[str, str], tuple[str, ...]]:
    return {(pin.name, pin.version): pin.hashes for lock in LOCKS for pin in locked.read(REQUIREMENTS / f"{lock}.txt")}


def _wheel(options: argparse.Namespace) -> int:
    options.output.mkdir(parents=True, exist_ok=True)
    for lock in LOCKS:
        _write(options.output / f"{lock}.cdx.json", of_wheel(options.wheel, lock))
    return 0


def _image(options: argparse.Namespace) -> int:
    text = of_image(options.root, options.name, options.version)
    options.output.parent.mkdir(parents=True, exist_ok=True)
    _write(options.output, text)
    return 0


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")
    sys.stdout.write(f"{path}\n")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="sbom", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    verbs = parser.add_subparsers(required=True)
    wheel = verbs.add_parser("wheel", help="of a wheel, with the packages of each lock")
    wheel.add_argument("wheel", type=Path, metavar="WHEEL")
    wheel.add_argument("--output", type=Path, required=True, metavar="DIRECTORY")
    wheel.set_defaults(run=_wheel)
    image = verbs.add_parser("image", help="of an image's file system")
    image.add_argument("root", type=Path, metavar="ROOT", help="a directory, or a tar")
    image.add_argument("--name", required=True)
    image.add_argument("--version", required=True)
    image.add_argument("--output", type=Path, required=True, metavar="FILE")
    image.set_defaults(run=_image)
    return parser


if __name__ == "__main__":
    sys.exit(main())
