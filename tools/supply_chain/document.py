"""Write packages as a CycloneDX document, and validate it against the schema."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import NAMESPACE_URL, uuid5

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model import HashAlgorithm, HashType, Property
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output import make_outputter
from cyclonedx.schema import OutputFormat, SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packageurl import PackageURL

VERSION = SchemaVersion.V1_6
SPDX_ALIASES = {
    "Apache 2.0": "Apache-2.0",
    "Apache License 2.0": "Apache-2.0",
    "Apache License, Version 2.0": "Apache-2.0",
    "Apache Software License": "Apache-2.0",
    "MIT License": "MIT",
    "Python Software Foundation License": "PSF-2.0",
}
"""Names that packages of the locks give, where only one SPDX licence can be meant."""

HASHES = Property(
    name="detector-training:component-hashes",
    value="Of each artefact that the lock file accepts (of several platforms, and the source); one is installed.",
)


@dataclass(frozen=True)
class Package:
    """A component of a document."""

    name: str
    version: str
    kind: str
    """Of the package URL: pypi or deb; `os` for an operating system."""
    namespace: str | None = None
    qualifiers: tuple[tuple[str, str], ...] = ()
    licence: str = ""
    hashes: tuple[str, ...] = ()
    """SHA-256 of the artefacts that a lock accepts."""


class InvalidDocument(Exception):
    """A document violates the schema."""


def of_library(subject: Package, digest: str, packages: Sequence[Package], requires: Mapping[str, set[str]]) -> str:
    """Return the document of a wheel with this SHA-256. `requires`: what each name requires, under "" the wheel."""
    main = _component(subject, ComponentType.APPLICATION)
    main.hashes = [HashType(alg=HashAlgorithm.SHA_256, content=digest)]
    bom = Bom()
    components = {package.name: _component(package) for package in packages}
    for name, parts in requires.items():
        bom.register_dependency(components[name] if name else main, [components[part] for part in sorted(parts)])
    return _written(bom, main, components.values())


def of_container(name: str, version: str, system: Package | None, packages: Sequence[Package]) -> str:
    """Return the document of an image."""
    bom = Bom()
    main = Component(type=ComponentType.CONTAINER, name=name, version=version, bom_ref=f"container:{name}:{version}")
    components = [_component(package) for package in packages]
    if system is not None:
        components.append(
            Component(
                type=ComponentType.OPERATING_SYSTEM,
                name=system.name,
                version=system.version,
                bom_ref=f"os:{system.name}:{system.version}",
            )
        )
    bom.register_dependency(main, components)
    return _written(bom, main, components)


def validate(text: str) -> None:
    """Check a document against the schema of CycloneDX.

    Raises:
        InvalidDocument: it violates it.
    """
    error = JsonStrictValidator(VERSION).validate_str(text)
    if error is not None:
        raise InvalidDocument(str(error.data)[:2000])


def _component(package: Package, kind: ComponentType = ComponentType.LIBRARY) -> Component:
    url = PackageURL(package.kind, package.namespace, package.name, package.version, dict(package.qualifiers))
    component = Component(
        type=kind, name=package.name, version=package.version, purl=url, bom_ref=url.to_string(), group=package.namespace
    )
    if package.licence:
        component.licenses = [LicenseFactory().make_from_string(SPDX_ALIASES.get(package.licence, package.licence))]
    component.hashes = [HashType(alg=HashAlgorithm.SHA_256, content=content) for content in package.hashes]
    return component


def _written(bom: Bom, main: Component, components: Iterable[Component]) -> str:
    bom.metadata.component = main
    bom.components = components
    bom.metadata.properties = [HASHES]
    contents = [digest.content for digest in main.hashes] + sorted(str(each.bom_ref) for each in (main, *bom.components))
    bom.serial_number = uuid5(NAMESPACE_URL, "\n".join(contents))
    epoch = os.environ.get("SOURCE_DATE_EPOCH", "")
    bom.metadata.timestamp = datetime.fromtimestamp(int(epoch), UTC) if re.fullmatch(r"\d+", epoch) else datetime.now(UTC)
    text: str = make_outputter(bom, OutputFormat.JSON, VERSION).output_as_string(indent=2)
    validate(text)
    return text + "\n"
