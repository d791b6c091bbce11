"""What is changed in a module, and what is not."""

from __future__ import annotations

import ast

import pytest

from mutants.mutations import mutations


def mutated(source: str) -> list[str]:
    """The module with each of its mutations, one line of text each where it has one line."""
    tree = ast.parse(source)
    found = [mutation.applied(tree) for mutation in mutations(tree)]
    assert ast.unparse(tree) == ast.unparse(ast.parse(source)), "the tree is as it was"
    return found


@pytest.mark.parametrize(
    ("source", "changed"),
    [
        ("a < b", ["a <= b", "a >= b"]),
        ("a <= b", ["a < b", "a > b"]),
        ("a > b", ["a >= b", "a <= b"]),
        ("a >= b", ["a > b", "a < b"]),
        ("a == b", ["a != b"]),
        ("a is None", ["a is not None"]),
        ("a in b", ["a not in b"]),
        ("a < b < c", ["a <= b < c", "a >= b < c", "a < b <= c", "a < b >= c"]),
        ("a and b", ["a or b", "b", "a"]),
        ("not a", ["not not a"]),
        ("-a", ["+a"]),
        ("a + b", ["a - b"]),
        ("a * b", ["a / b"]),
        ("min(a, b)", ["max(a, b)"]),
        ("any(a)", ["all(a)"]),
        ("0", []),  # an expression of its own is a docstring
        ("a(0)", ["a(1)"]),
        ("a(2)", ["a(3)", "a(1)"]),
        ("a(0.5)", ["a(0.75)"]),
        ("a(True)", ["a(False)"]),
        ("a('code')", ["a('XXcode')"]),
        ("a(b=c)", ["a()"]),
        ("{'a': b}", ["{}", "{'XXa': b}"]),
        ("{a, b}", ["{b}", "{a}"]),
        ("[a]", ["[]"]),
        ("(a, b)", ["(b,)", "(a,)"]),
        ("a if b else c", ["a if True else c", "a if False else c"]),
        ("[a for a in b if c]", ["[a for a in b]"]),
    ],
)
def test_what_is_changed_in_an_expression(source: str, changed: list[str]):
    assert [text.removeprefix("x = ") for text in mutated(f"x = {source}")] == changed or mutated(source) == changed


@pytest.mark.parametrize(
    ("source", "changed"),
    [
        ("return a", ["return None"]),
        ("return None", []),
        ("a()", ["pass"]),
        ("a.b = c", ["pass"]),
        ("a = c", []),  # the next line ends with a NameError
        ("a += b", ["pass", "a -= b"]),
        ("raise a", ["pass"]),
        ("if a:\n        b = c", ["if True:\n        b = c", "if False:\n        b = c"]),
        ("while a:\n        b = c", ["while False:\n        b = c"]),
    ],
)
def test_what_is_changed_in_a_statement(source: str, changed: list[str]):
    assert mutated(f"def f():\n    {source}") == [f"def f():\n    {text}" for text in changed]


@pytest.mark.parametrize(
    "source",
    [
        "'''A docstring.'''",
        "a('some prose, which may change')",
        "a(f'prose of {b}/{c}')",
        "a: Literal['code']",
        "def f(a: Literal['code']) -> Literal['code']:\n    pass",
        "@dataclass(frozen=True)\nclass A:\n    pass",
        "assert a is not None",
        "import a",
        "if TYPE_CHECKING:\n    a()",
        "__all__ = ['a']",
        "a = cast('B', b)",
        "a = f'{b:.3f}'",
    ],
)
def test_what_no_test_could_notice_is_left_as_it_is(source: str):
    assert mutated(source) in ([], ["pass"])


def test_prose_is_changed_where_something_is_compared_with_it():
    assert "x = a == 'XXno space left'" in mutated("x = a == 'no space left'")


def test_defaults_of_arguments_are_changed():
    assert mutated("def f(a=0, *, b='c'):\n    pass") == [
        "def f(a=1, *, b='c'):\n    pass",
        "def f(a=0, *, b='XXc'):\n    pass",
    ]


def test_a_mutation_names_the_line_the_function_and_the_change():
    (mutation,) = mutations(ast.parse("class A:\n    def b(self):\n        x = c == d"))
    assert (mutation.line, mutation.scope, mutation.change) == (3, "A.b", "c == d -> c != d")
