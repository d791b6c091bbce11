"""No import cycles: the modules and packages next to each other in a package have an order."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise

import grimp
import pytest

# One line for each distribution package.
PACKAGES = [
    "detector_operator",
    "detector_trainer",
]

GRAPHS = {package: grimp.build_graph(package) for package in PACKAGES}
# Packages that have packages or modules in them, at every level.
CONTAINERS = sorted(
    (package, module) for package, graph in GRAPHS.items() for module in graph.modules if len(graph.find_children(module)) > 1
)


def sibling_imports(graph: grimp.ImportGraph, container: str) -> dict[str, set[str]]:
    """Return which children of a package import which other children, directly or through the modules in them."""
    imports: dict[str, set[str]] = defaultdict(set)
    for importer in graph.find_descendants(container):
        for imported in graph.find_modules_directly_imported_by(importer):
            if imported.startswith(f"{container}."):
                one, other = (child(container, module) for module in (importer, imported))
                if one != other:
                    imports[one].add(other)
    return imports


def child(container: str, module: str) -> str:
    return ".".join(module.split(".")[: container.count(".") + 2])


def cycle(graph: grimp.ImportGraph, container: str) -> list[str]:
    """Return the lines of an import cycle among the children of a package, with the modules that import; empty if there is none."""
    try:
        TopologicalSorter(sibling_imports(graph, container)).prepare()
    except CycleError as error:
        return list(_described(graph, error.args[1]))
    return []


def _described(graph: grimp.ImportGraph, members: list[str]) -> Iterator[str]:
    for imported, importer in pairwise(members):
        chains = graph.find_shortest_chains(importer, imported)
        direct = sorted(" -> ".join(chain) for chain in chains if len(chain) == 2)
        yield f"{importer} -> {imported}: {', '.join(direct)}"


@pytest.mark.parametrize(("package", "container"), CONTAINERS, ids=[container for _, container in CONTAINERS])
def test_there_is_no_import_cycle(package, container):
    assert cycle(GRAPHS[package], container) == []


def test_every_package_is_checked():
    assert ("detector_operator", "detector_operator") in CONTAINERS
    assert ("detector_operator", "detector_operator.observe.waits") in CONTAINERS


def test_a_cycle_between_packages_is_found_although_no_module_is_in_one():
    graph = grimp.ImportGraph()
    for module in ("p", "p.a", "p.a.x", "p.a.y", "p.b", "p.b.x", "p.b.y"):
        graph.add_module(module)
    graph.add_import(importer="p.a.x", imported="p.b.x")
    graph.add_import(importer="p.b.y", imported="p.a.y")
    assert cycle(graph, "p.a") == []
    assert len(cycle(graph, "p")) == 2
    assert any("p.b.y -> p.a.y" in line for line in cycle(graph, "p"))


def test_imports_in_one_direction_are_no_cycle():
    graph = grimp.ImportGraph()
    for module in ("p", "p.a", "p.a.x", "p.b", "p.b.x"):
        graph.add_module(module)
    graph.add_import(importer="p.a.x", imported="p.b.x")
    graph.add_import(importer="p.a", imported="p.b")
    assert cycle(graph, "p") == []
