"""What is left of a source: behaviour, and nothing else."""

import ast
import textwrap

import pytest

from regression_unlearning.pipeline.stripping import stripped


def left(source):
    """A statement's source after stripping."""
    (node,) = ast.parse(textwrap.dedent(source)).body
    found = stripped(node)
    return None if found is None else ast.unparse(found)


# ruff: noqa: E501 (a source and what is left of it, side by side)

SAME = {
    "a comment": ("def f():\n    return 1  # one", "def f():\n    return 1"),
    "layout": ("def f(a,\n      b): return (a\n   + b)", "def f(a, b):\n    return a + b"),
    "a docstring": ('def f():\n    """Say."""\n    return 1', "def f():\n    return 1"),
    "only a docstring": ('def f():\n    """Say."""', "def f():\n    pass"),
    "a class's docstring": ('class A:\n    """Say."""\n    x = 1', "class A:\n    x = 1"),
    "types of arguments": ("def f(a: int, *b: str) -> float:\n    return a", "def f(a, *b):\n    return a"),
    "types of local variables": ("def f():\n    a: int = 1\n    b: str\n    return a", "def f():\n    a = 1\n    return a"),
    "what an error says": ("def f(a):\n    if a:\n        raise ValueError(f'no {a}') from None", "def f(a):\n    if a:\n        raise ValueError"),
    "who makes an error": ("def f():\n    raise unknown('x', y())", "def f():\n    raise Exception"),
    "the log": ("def f(a):\n    log.info('at %s', a)\n    return a", "def f(a):\n    return a"),
    "a warning": ("def f():\n    warnings.warn('x')\n    return 1", "def f():\n    return 1"),
    "an assertion's message": ("def f(a):\n    assert a, f'no {a}'", "def f(a):\n    assert a"),
    "help": ("def f(p):\n    p.add_argument('--a', type=int, help='the a')", "def f(p):\n    p.add_argument('--a', type=int)"),
    "a text for an error": (
        "def f(a):\n    said = f'{a} is wrong'\n    if a:\n        raise ValueError(said)\n    return a",
        "def f(a):\n    if a:\n        raise ValueError\n    return a",
    ),
    "texts of texts": (
        "def f(a):\n    x = len(a)\n    y = f'{x}'\n    raise ValueError(y + str(x))",
        "def f(a):\n    raise ValueError",
    ),
    "a condition for a text": (
        "def f(a):\n    said = ''\n    if a:\n        said = 'x'\n    raise ValueError(said)",
        "def f(a):\n    raise ValueError",
    ),
    "a loop for a text": (
        "def f(a):\n    said = ''\n    for one in a:\n        said += one\n    raise ValueError(said)",
        "def f(a):\n    raise ValueError",
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", SAME)
def test_gone(kind):
    before, after = SAME[kind]
    assert left(before) == after


KEPT = {
    "a field's type": "class A:\n    x: int = 1",
    "a field without a value": "class A:\n    x: int",
    "a text that is returned": "def f():\n    said = 'x'\n    return said",
    "a call with an effect": "def f(a):\n    unused = a.step()\n    return 1",
    "a name that is shared": "def f():\n    global shared\n    shared = 1",
    "an outer name": "def f():\n    x = 0\n\n    def g():\n        nonlocal x\n        x = 1\n    g()\n    return x",
    "an attribute": "def f(self):\n    self.x = 'text'",
    "a condition before an error": "def f(a):\n    if a > 1:\n        raise ValueError",
    "the kind of an error": "def f():\n    raise KeyError",
    "a decorator": "@cache\ndef f():\n    return 1",
    "a default": "def f(a=1):\n    return a",
    "a walrus": "def f(a):\n    if (b := a.get(1)):\n        return 1",
    "a key of a call": "def f(p):\n    p.call(name='x')",
}  # fmt: skip


@pytest.mark.parametrize("kind", KEPT)
def test_left(kind):
    assert left(KEPT[kind]) == KEPT[kind]


def test_imports_for_types_alone_are_gone():
    assert left("if TYPE_CHECKING:\n    import numpy") is None
