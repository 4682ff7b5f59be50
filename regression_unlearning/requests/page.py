"""An audit as one HTML file: without network or script, on two printed pages."""

from collections.abc import Mapping
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

TEMPLATE = "audit.html.j2"
#: A unit is a thousand times the one before it.
UNITS = ("bytes", "kB", "MB", "GB", "TB")


def as_html(audit: Mapping[str, Any], sha256: str) -> str:
    """The page: the same audit, the same bytes.

    Parameters
    ----------
    audit : mapping
        The content of ``audit.json``.
    sha256 : str
        Hash of that file.
    """
    environment = Environment(
        loader=PackageLoader(__package__, "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {"number": number, "size": size}
    return environment.get_template(TEMPLATE).render(audit=audit, sha256=sha256)


def number(value: float | None, form: str = ".4g") -> str:
    """A number, or a dash where there is none."""
    return "–" if value is None else format(value, form)


def size(count: float) -> str:
    """A number of bytes, to three digits."""
    unit = 0
    while count >= 999.5 and unit < len(UNITS) - 1:
        count, unit = count / 1000, unit + 1
    return f"{count:.3g} {UNITS[unit]}"
