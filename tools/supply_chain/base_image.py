"""Resolve the tag in requirements/base-image.in to a digest, in requirements/base-image.txt: `make base-image`.

Needs skopeo, and a network that reaches the registry. The digest is calculated here from the manifest that the registry serves:
that of the index, if the image exists for several architectures. Exit code: 0 written, 1 not resolved, nothing is changed.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PINNED = re.compile(r"[a-z0-9][\w./:-]*@sha256:[0-9a-f]{64}")
SECONDS, RETRIES = 120, 3


class Unresolved(Exception):
    """The digest cannot be resolved; the message has the reason and what to do."""


def main(directory: Path = ROOT / "requirements") -> int:
    """Write base-image.txt in `directory`, from base-image.in beside it."""
    try:
        pinned = resolve(tagged(directory / "base-image.in"))
    except Unresolved as problem:
        sys.stderr.write(f"base-image: {problem}\n")
        return 1
    (directory / "base-image.txt").write_text(f"{pinned}\n", encoding="utf-8")
    sys.stdout.write(f"{pinned}\n")
    return 0


def tagged(path: Path) -> str:
    """Return the one reference that a file names, beside comments."""
    lines = [line.strip() for line in path.read_text(encoding="utf-8").splitlines()]
    references = [line for line in lines if line and not line.startswith("#")]
    if len(references) != 1 or "@" in references[0]:
        raise Unresolved(f"{path.name} has to name one image by its tag, not {', '.join(references) or 'none'}.")
    return references[0]


def resolve(reference: str) -> str:
    """Return NAME@sha256:… for NAME:TAG.

    Raises:
        Unresolved: skopeo is missing, the registry cannot be reached, or it serves something other than a manifest.
    """
    manifest = _manifest(reference)
    try:
        kind = json.loads(manifest)
    except ValueError:
        kind = None
    if not isinstance(kind, dict) or not kind.keys() & {"manifests", "layers"}:
        raise Unresolved(f"the registry of {reference} serves something other than an image manifest: {manifest[:80]!r}.")
    name = re.sub(r":[^:/]*$", "", reference)
    return f"{name}@sha256:{hashlib.sha256(manifest).hexdigest()}"


def _manifest(reference: str) -> bytes:
    program = shutil.which("skopeo")
    if program is None:
        raise Unresolved("skopeo is not installed; on Debian or Ubuntu: apt install skopeo.")
    command = [program, "inspect", "--raw", f"--retry-times={RETRIES}", f"docker://{reference}"]
    try:
        done = subprocess.run(command, capture_output=True, timeout=SECONDS, check=False)
    except subprocess.TimeoutExpired:
        raise Unresolved(f"the registry of {reference} did not answer within {SECONDS} s.") from None
    if done.returncode:
        last = done.stderr.decode(errors="replace").strip().splitlines()[-1:]
        raise Unresolved(f"{reference} cannot be read from its registry: {last[0][:500] if last else 'skopeo failed'}")
    return done.stdout


if __name__ == "__main__":
    sys.exit(main())
