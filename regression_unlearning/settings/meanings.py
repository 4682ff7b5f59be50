"""What a key of the settings means: the string below its field, or its class's docstring."""

import ast
import inspect
import re
import textwrap
from functools import cache
from typing import Literal, get_origin

from regression_unlearning.settings.section import Section


@cache
def meanings(section: type[Section]) -> dict[str, str]:
    """What each key of a section means: the string below its field, here or in a base class."""
    texts: dict[str, str] = {}
    for one in reversed(section.__mro__):
        if not issubclass(one, Section) or one is Section:
            continue
        (node,) = ast.parse(textwrap.dedent(inspect.getsource(one))).body
        assert isinstance(node, ast.ClassDef)
        for field, text in zip(node.body, node.body[1:], strict=False):
            match field, text:
                case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(
                    value=ast.Constant(value=str(said))
                ):
                    texts[name] = " ".join(said.split())
    return texts


def described(section: type[Section], name: str) -> bool:
    """Whether a reader is told what a key means: below its field, or in a class's docstring."""
    if name in meanings(section) or get_origin(section.model_fields[name].annotation) is Literal:
        return True  # a choice of named kinds says itself what it is
    alias = section.model_fields[name].alias or name
    texts = (inspect.getdoc(one) or "" for one in section.__mro__ if issubclass(one, Section))
    return any(re.search(rf"`+{alias}\b", text) for text in texts)
