"""The changes that are made to a module, each of which a test should notice.

Made: comparisons (the bound, and the opposite), and/or, an operand or a condition left out, not, arithmetic, min/max, any/all,
numbers, booleans, strings that are keys or codes, entries of literal tables, keyword arguments, statements, returned values.
Not made, because no test could or should notice: changes in prose, annotations, decorators, docstrings and assertions, which
are for mypy here.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

COMPARISONS: Mapping[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
ARITHMETIC: Mapping[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Mult,
    ast.Pow: ast.Mult,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
    ast.LShift: ast.RShift,
    ast.RShift: ast.LShift,
}
CALLS = {"min": "max", "max": "min", "any": "all", "all": "any"}
TYPING_CALLS = ("cast", "TypeVar", "NewType", "ParamSpec")
WITHOUT_EFFECT = ("encoding", "strict", "help", "metavar", "description", "epilog")
"""Keyword arguments of which the default does the same on Linux, or that are prose, or that only reject what mypy rejects."""
Item = TypeVar("Item")
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


@dataclass(frozen=True)
class Mutation:
    """A change of some fields of one node of a syntax tree; `scope` is the qualified name of the function around it, or ""."""

    line: int
    scope: str
    change: str
    node: ast.AST
    fields: Mapping[str, object]

    def applied(self, tree: ast.Module) -> str:
        """Return the source of the tree, of which the node is a part, with the change; the tree is left unchanged."""
        before = {name: getattr(self.node, name) for name in self.fields}
        try:
            for name, value in self.fields.items():
                setattr(self.node, name, value)
            return ast.unparse(tree)
        finally:
            for name, value in before.items():
                setattr(self.node, name, value)


def mutations(tree: ast.Module) -> list[Mutation]:
    """Return all mutations of a module, in the order of its text."""
    return list(_Mutator().of_body(tree, tree.body))


class _Mutator:
    """Goes through a tree, and knows in which function it is."""

    def __init__(self) -> None:
        self._scopes: list[str] = []

    def of_body(self, owner: ast.AST, body: Sequence[ast.stmt], field: str = "body") -> Iterator[Mutation]:
        for index, statement in enumerate(body):
            if _is_removable(statement):
                remaining = [*body[:index], ast.copy_location(ast.Pass(), statement), *body[index + 1 :]]
                yield self._mutation(statement, f"removed: {_short(statement)}", {field: remaining}, owner)
            yield from self._of(statement)

    def _mutation(self, node: ast.AST, change: str, fields: Mapping[str, object], changed: ast.AST | None = None) -> Mutation:
        line = getattr(node, "lineno", 0)
        return Mutation(line, ".".join(self._scopes), change, changed if changed is not None else node, fields)

    def _of(self, node: ast.AST) -> Iterator[Mutation]:
        match node:
            case ast.Import() | ast.ImportFrom() | ast.Assert() | ast.Expr(value=ast.Constant()):
                return
            case ast.If(test=ast.Name(id="TYPE_CHECKING")):
                return
            case ast.Assign(targets=[ast.Name(id="__all__")]):
                return
            case ast.Call(func=ast.Name(id=name)) if name in TYPING_CALLS:
                yield from (mutation for argument in node.args[1:] for mutation in self._of(argument))
                return
            case ast.ClassDef() | ast.FunctionDef() | ast.AsyncFunctionDef():
                yield from self._of_definition(node)
                return
            case ast.keyword() if node.arg in WITHOUT_EFFECT:
                return
            case ast.JoinedStr() if _is_prose(node):
                yield from (
                    mutation for value in node.values if isinstance(value, ast.FormattedValue) for mutation in self._of(value)
                )
                return
        yield from self._here(node)
        for name, value in ast.iter_fields(node):
            if name in ("annotation", "returns", "ctx", "format_spec"):
                continue
            if name in ("body", "orelse", "finalbody") and isinstance(value, list):
                yield from self.of_body(node, value, name)
            elif isinstance(value, list):
                yield from (mutation for item in value if isinstance(item, ast.AST) for mutation in self._of(item))
            elif isinstance(value, ast.AST):
                yield from self._of(value)

    def _of_definition(self, node: ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[Mutation]:
        if isinstance(node, FUNCTIONS):  # evaluated where the function is defined
            for default in [*node.args.defaults, *node.args.kw_defaults]:
                yield from self._of(default) if default is not None else ()
        self._scopes.append(node.name)
        yield from self.of_body(node, node.body)
        self._scopes.pop()

    def _here(self, node: ast.AST) -> Iterator[Mutation]:
        match node:
            case ast.Compare():
                yield from self._of_comparison(node)
            case ast.BoolOp():
                opposite = ast.Or() if isinstance(node.op, ast.And) else ast.And()
                yield self._mutation(node, _to(node, {"op": opposite}), {"op": opposite})
                for index, operand in enumerate(node.values):
                    rest = [*node.values[:index], *node.values[index + 1 :]]
                    yield self._mutation(operand, _to(node, {"values": rest}), {"values": rest}, node)
            case ast.UnaryOp(op=ast.Not()):
                doubled = {"operand": ast.UnaryOp(ast.Not(), node.operand)}
                yield self._mutation(node, _to(node, doubled), doubled)
            case ast.UnaryOp(op=ast.USub()):
                yield self._mutation(node, _to(node, {"op": ast.UAdd()}), {"op": ast.UAdd()})
            case ast.BinOp() | ast.AugAssign() if type(node.op) in ARITHMETIC and not _is_text(node):
                other = {"op": ARITHMETIC[type(node.op)]()}
                yield self._mutation(node, _to(node, other), other)
            case ast.If() | ast.IfExp():
                for value in (True, False):
                    constant = {"test": ast.Constant(value)}
                    change = f"condition {value}: {_short(node.test)}"
                    yield self._mutation(node.test, change, constant, node)
            case ast.While():
                never = {"test": ast.Constant(False)}
                yield self._mutation(node.test, f"condition False: {_short(node.test)}", never, node)
            case ast.comprehension():
                for index, condition in enumerate(node.ifs):
                    rest_of_ifs = [*node.ifs[:index], *node.ifs[index + 1 :]]
                    yield self._mutation(condition, f"condition left out: {_short(condition)}", {"ifs": rest_of_ifs}, node)
            case ast.Return(value=ast.expr()) if not _is_none(node.value):
                yield self._mutation(node, f"{_short(node)} -> return None", {"value": ast.Constant(None)})
            case ast.Call():
                yield from self._of_call(node)
            case ast.Dict():
                for index, key in enumerate(node.keys):
                    keys, values = _without(node.keys, index), _without(node.values, index)
                    name = f"**{_short(node.values[index])}" if key is None else _short(key)
                    place = node.values[index] if key is None else key
                    yield self._mutation(place, f"entry left out: {name}", {"keys": keys, "values": values}, node)
            case ast.List(ctx=ast.Load()) | ast.Tuple(ctx=ast.Load()) | ast.Set():
                for index, entry in enumerate(node.elts):
                    fewer: list[ast.expr] = _without(node.elts, index)
                    if fewer or not isinstance(node, ast.Set):
                        yield self._mutation(entry, f"entry left out: {_short(entry)}", {"elts": fewer}, node)
            case ast.Constant():
                yield from self._of_constant(node)

    def _of_comparison(self, node: ast.Compare) -> Iterator[Mutation]:
        for index, operator in enumerate(node.ops):
            for other in COMPARISONS[type(operator)]:
                changed = {"ops": [*node.ops[:index], other(), *node.ops[index + 1 :]]}
                yield self._mutation(node, _to(node, changed), changed)
        for side in (node.left, *node.comparators):
            if isinstance(side, ast.Constant) and isinstance(side.value, str) and _is_prose(side):  # compared with, it is a key
                yield self._mutation(side, f"{_short(side)} -> another", {"value": f"XX{side.value}"}, side)

    def _of_call(self, node: ast.Call) -> Iterator[Mutation]:
        if isinstance(node.func, ast.Name) and node.func.id in CALLS:
            other = {"func": ast.Name(CALLS[node.func.id], ast.Load())}
            yield self._mutation(node, _to(node, other), other)
        for index, keyword in enumerate(node.keywords):
            if keyword.arg not in WITHOUT_EFFECT and not _is_prose(keyword.value):
                fewer = {"keywords": _without(node.keywords, index)}
                change = f"argument left out of {_short(node.func)}(): {_short(keyword)}"
                yield self._mutation(keyword.value, change, fewer, node)

    def _of_constant(self, node: ast.Constant) -> Iterator[Mutation]:
        value = node.value
        changed: list[object] = []
        if isinstance(value, bool):
            changed = [not value]
        elif isinstance(value, int):
            changed = [value + 1] if value == 0 else [value + 1, value - 1]
        elif isinstance(value, float):
            changed = [value * 1.5 if value else 1.0]
        elif isinstance(value, str) and value and not _is_prose(node):
            changed = [f"XX{value}"]
        elif isinstance(value, bytes) and value:
            changed = [b"XX" + value]
        for other in changed:
            yield self._mutation(node, f"{value!r} -> {other!r}", {"value": other})


def _without(items: Sequence[Item], index: int) -> list[Item]:
    return [*items[:index], *items[index + 1 :]]


def _is_removable(statement: ast.stmt) -> bool:
    match statement:
        case ast.Expr(value=ast.Constant()):
            return False
        case ast.Expr() | ast.AugAssign() | ast.Raise() | ast.Break() | ast.Continue() | ast.Delete():
            return True
        case ast.Assign(targets=targets):
            return all(isinstance(target, ast.Attribute | ast.Subscript) for target in targets)
    return False


def _is_text(node: ast.BinOp | ast.AugAssign) -> bool:
    sides = (node.left, node.right) if isinstance(node, ast.BinOp) else (node.value,)
    return any(
        isinstance(side, ast.JoinedStr) or (isinstance(side, ast.Constant) and isinstance(side.value, str)) for side in sides
    )


def _is_none(node: ast.expr | None) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _is_prose(node: ast.AST) -> bool:
    if isinstance(node, ast.JoinedStr):
        return any(_is_prose(value) for value in node.values)
    return isinstance(node, ast.Constant) and isinstance(node.value, str) and re.search(r"\s", node.value) is not None


def _to(node: ast.AST, fields: Mapping[str, object]) -> str:
    before = _short(node)
    old = {name: getattr(node, name) for name in fields}
    for name, value in fields.items():
        setattr(node, name, value)
    after = _short(node)
    for name, value in old.items():
        setattr(node, name, value)
    return f"{before} -> {after}"


def _short(node: ast.AST, most: int = 160) -> str:
    text = " ".join(ast.unparse(node).split())
    return text if len(text) <= most else f"{text[: most - 1]}…"
