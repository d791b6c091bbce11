"""Builds the project's images as users do, each once for each state of what goes into it."""

from __future__ import annotations

import fnmatch
import hashlib
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from cluster.places import Places

ROOT = Path(__file__).resolve().parents[2]
BASE = "localhost/python-base:3.11"
FROM_HERE = ("/etc/ssl/certs", "/etc/pip.conf")
"""Certificates and package index of this machine, mounted during a build, which needs them; they are not in the image."""

_ONE_AT_A_TIME = threading.Lock()


class NotBuilt(Exception):
    """An image cannot be built; the message has the end of the build's output."""


@dataclass(frozen=True)
class Image:
    """How an image is built."""

    name: str
    containerfile: str
    arguments: Mapping[str, str] = field(default_factory=dict)


OPERATOR = Image("localhost/detector-training-operator:test", "operator/Containerfile")
TRAINER = Image("localhost/detector-trainer:test", "trainer_image/Containerfile", {"VARIANT": "cpu"})
FAKE_TRAINER = Image("localhost/fake-trainer:test", "tools/cluster/fake_trainer/Containerfile")
IMAGES = {"fake-trainer": FAKE_TRAINER, "operator": OPERATOR, "trainer": TRAINER}


def archive(places: Places, image: Image) -> Path:
    """Return an OCI archive of an image, built if what goes into it has changed.

    Raises:
        NotBuilt: a step of the build failed.
    """
    folder = places.cache / "images"
    folder.mkdir(parents=True, exist_ok=True)
    stem = image.name.rpartition("/")[2].replace(":", "-")
    path = folder / f"{stem}-{_key(image)}.tar"
    if not path.exists():
        with _ONE_AT_A_TIME:
            if not path.exists():
                _build(places, image, path)
                for old in folder.glob(f"{stem}-*.tar"):
                    if old != path:
                        old.unlink()
    return path


def label(places: Places, image: Image, key: str) -> str:
    """Read the value of a label of an image that was built."""
    return _buildah(places, "inspect", "--type=image", f'--format={{{{index .OCIv1.Config.Labels "{key}"}}}}', image.name).strip()


@contextmanager
def root_of(places: Places, image: Image) -> Iterator[Path]:
    """Mount the file system of an image, as long as the context lasts."""
    where = str(archive(places, image))
    container = _buildah(
        places, "from", "--pull-never", image.name if _has(places, image.name) else f"oci-archive:{where}"
    ).strip()
    try:
        yield Path(_buildah(places, "mount", container).strip())
    finally:
        _buildah(places, "rm", container)


def _build(places: Places, image: Image, path: Path) -> None:
    _make_base(places)
    print(f"Building {image.name} ...", flush=True)
    arguments = [f"--build-arg={name}={value}" for name, value in {"BASE": BASE, **image.arguments}.items()]
    _buildah(
        places,
        "bud",
        "--isolation=chroot",
        "--layers",
        "--pull-never",
        *(f"--volume={ours}:{ours}:ro" for ours in FROM_HERE if Path(ours).exists()),
        f"--volume={_uv_settings(places)}:/etc/uv/uv.toml:ro",
        *arguments,
        f"--ignorefile={ROOT / '.containerignore'}",
        f"--file={ROOT / image.containerfile}",
        f"--tag={image.name}",
        str(ROOT),
    )
    _export(places, image.name, path)


def _uv_settings(places: Places) -> Path:
    """Lets uv trust what the machine trusts, not only what it brings itself."""
    path = places.cache / "uv.toml"
    path.write_text("native-tls = true\n")
    return path


def _key(image: Image) -> str:
    """A fingerprint of everything that the build can see."""
    digest = hashlib.sha256(repr((image, BASE)).encode())
    digest.update((ROOT / image.containerfile).read_bytes())
    for path in _context():
        digest.update(str(path.relative_to(ROOT)).encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:12]


def _context() -> list[Path]:
    """The files that .containerignore lets through."""
    lines = (ROOT / ".containerignore").read_text().splitlines()
    patterns = [line[1:] for line in lines if line.startswith("!")]
    found: set[Path] = set()
    for pattern in patterns:
        for path in ROOT.glob(pattern):
            found |= {path} if path.is_file() else {inner for inner in path.rglob("*") if inner.is_file()}
    return sorted(path for path in found if not fnmatch.fnmatch(str(path), "*/__pycache__/*"))


def _make_base(places: Places) -> None:
    """A minimal Debian with Python, in place of a base image from a registry."""
    if _has(places, BASE):
        return
    print("Building the base image ...", flush=True)
    with tempfile.TemporaryDirectory(dir=places.cache) as scratch:
        root = Path(scratch, "root")
        packages = "--include=python3,python3-venv,ca-certificates"
        _run(["debootstrap", "--variant=minbase", packages, "bookworm", str(root)])
        for waste in ("var/cache/apt", "var/lib/apt/lists", "usr/share/doc", "usr/share/man", "usr/share/locale"):
            shutil.rmtree(root / waste, ignore_errors=True)
        container = _buildah(places, "from", "scratch").strip()
        _buildah(places, "add", "--quiet", container, str(root), "/")
        _buildah(places, "config", "--env=PATH=/usr/local/bin:/usr/bin:/bin", "--env=LANG=C.UTF-8", container)
        _buildah(places, "commit", "--quiet", "--rm", container, BASE)


def _export(places: Places, name: str, path: Path) -> None:
    partial = path.with_suffix(".partial")
    partial.unlink(missing_ok=True)
    quick = ("--compression-format=zstd", "--compression-level=1")
    _buildah(places, "push", "--quiet", *quick, name, f"oci-archive:{partial}:{name}")
    partial.rename(path)


def _has(places: Places, name: str) -> bool:
    try:
        _buildah(places, "inspect", "--type=image", name)
    except NotBuilt:
        return False
    return True


def _buildah(places: Places, *words: str) -> str:
    store = places.cache / "buildah"
    return _run(["buildah", f"--root={store}", f"--runroot={store}-run", "--storage-driver=overlay", *words])


def _run(command: list[str]) -> str:
    """Runs a command at low priority: tests continue while an image is built."""
    done = subprocess.run(["nice", *command], capture_output=True, text=True, check=False)
    if done.returncode:
        raise NotBuilt(f"{' '.join(command[:2])} … failed:\n{(done.stdout + done.stderr)[-4000:]}")
    return done.stdout
