"""Settings that name a place: an address, a path of this machine, a path inside the mirror."""

import re
from pathlib import PurePosixPath
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, WithJsonSchema

from regression_unlearning.errors import UserError
from regression_unlearning.settings.wording import shown

#: Most bytes of a path's part, as file systems have it, and of a whole path.
PART, WHOLE = 255, 4000


def _path(value: str) -> str:
    parts = [len(part.encode()) for part in PurePosixPath(value).parts]
    if max(parts, default=0) > PART or len(value.encode()) > WHOLE:
        raise UserError(
            f"must be a path of at most {WHOLE:,} bytes, {PART} a part (given: {shown(value)})"
        )
    return value


def _inside(value: str) -> str:
    path = PurePosixPath(_path(value))
    if path.is_absolute() or ".." in path.parts:
        raise UserError(
            "must be a path inside the mirror, without a leading / and without .. "
            f"(given: {shown(value)})"
        )
    return value


def _address(value: str) -> str:
    try:
        parts = urlsplit(value)
        right = parts.scheme in {"http", "https"} and parts.hostname
    except ValueError:  # a bracket that is no IPv6 address
        right = None
    if not right:
        raise UserError(
            "must be an address that begins with http:// or https:// "
            f"(given: {shown(value)}); a file of this machine goes into the mirror"
        )
    return value


def _sha256(value: str) -> str:
    if not re.fullmatch("[0-9a-f]{64}", value):
        raise UserError(f"must be 64 hexadecimal digits in small letters (given: {shown(value)})")
    return value


def braces(name: str) -> AfterValidator:
    """A rule that lets nothing but ``{name}`` stand in braces."""

    def check(value: str) -> str:
        if set("{}") & set(value.replace(f"{{{name}}}", "")):
            raise UserError(f"only {{{name}}} may stand in braces (given: {shown(value)})")
        return value

    return AfterValidator(check)


def _kind(said: str) -> WithJsonSchema:
    """What docs/settings.md calls the kind."""
    return WithJsonSchema({"type": "string", "format": said})


Place = Annotated[str, AfterValidator(_path), _kind("path")]
Inside = Annotated[str, AfterValidator(_inside), _kind("path inside the mirror")]
Address = Annotated[str, AfterValidator(_address), _kind("address (http or https)")]
Sha256 = Annotated[str, AfterValidator(_sha256), _kind("SHA-256")]
