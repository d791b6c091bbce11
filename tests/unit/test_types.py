"""Values have types: `Any` only where none can be given, arrays with their dtype."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CODE = {
    str(path.relative_to(ROOT)): ast.parse(path.read_text(encoding="utf-8"))
    for top in ("operator", "trainer_image")
    for path in sorted((ROOT / top).rglob("*.py"))
}
MOST = 37
"""Uses of Any. Lower it when there are fewer; raise it only for what has no type, and never above 60."""


def annotations(code: ast.AST) -> Iterator[ast.expr]:
    for node in ast.walk(code):
        if isinstance(node, ast.arg | ast.AnnAssign) and node.annotation is not None:
            yield node.annotation
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.returns is not None:
            yield node.returns


def uses_of_any(code: ast.AST) -> int:
    """In annotations, and in what stands for one: `Line = dict[str, Any]`."""
    return sum(
        (isinstance(node, ast.Name) and node.id == "Any") or (isinstance(node, ast.Attribute) and node.attr == "Any")
        for node in ast.walk(code)
    )


def arrays_without_dtype(code: ast.AST) -> list[int]:
    """Their lines."""
    return [
        node.lineno
        for annotation in annotations(code)
        for node in ast.walk(annotation)
        if isinstance(node, ast.Attribute) and node.attr == "ndarray"
    ]


@pytest.mark.parametrize(
    ("code", "uses"),
    [
        ("from typing import Any", 0),
        ("def f(x: Any, *y: list[Any]) -> Any: ...", 3),
        ("Line = dict[str, Any]", 1),
        ("import typing\nx: typing.Any", 1),
        ("class A:\n    x: Callable[..., Any] = f", 1),
    ],
)
def test_a_use_of_any_is_counted_wherever_it_is(code: str, uses: int):
    assert uses_of_any(ast.parse(code)) == uses


def test_an_array_without_dtype_is_found_wherever_it_is():
    code = "x: np.ndarray\ndef f(x: list[np.ndarray]) -> np.ndarray | None:\n    return np.ndarray((2,))\nasync def g(*, x: np.ndarray): ..."
    assert sorted(arrays_without_dtype(ast.parse(code))) == [1, 2, 2, 4]


def test_any_is_used_no_more_than_before():
    found = {path: uses_of_any(code) for path, code in CODE.items()}
    shown = "\n".join(f"{uses:3} {path}" for path, uses in found.items() if uses)
    assert sum(found.values()) <= MOST, (
        f"Give the value its type: a message of detector_trainer.protos.types, NDArray[...], object, a TypedDict.\n{shown}"
    )


def test_every_array_has_its_dtype():
    bare = [f"{path}:{line}" for path, code in CODE.items() for line in arrays_without_dtype(code)]
    assert bare == [], "write NDArray[np.int64] or the like"
