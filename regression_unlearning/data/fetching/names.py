"""Names of files in folders, archives and lists: how they are compared, and which are refused."""

import unicodedata
from pathlib import PurePosixPath, PureWindowsPath

#: How many of many names are named.
NAMED = 5


def is_litter(name: str) -> bool:
    """Tell whether a file is one that macOS leaves beside others: AppleDouble, .DS_Store."""
    path = PurePosixPath(name)
    return path.name.startswith("._") or path.name == ".DS_Store" or "__MACOSX" in path.parts


def composed(name: str) -> str:
    """A name as names are compared: in Unicode's composed form (NFC), "/" for Windows' backslash.

    A leading "./" is left off.
    """
    return unicodedata.normalize("NFC", name).replace("\\", "/").removeprefix("./")


def unsafe_name(name: str) -> str:
    """What makes a member's name unsafe, or ""."""
    if "\0" in name:
        return "has a NUL character in its name"
    if PurePosixPath(name).is_absolute() or PureWindowsPath(name).drive or name[:1] == "\\":
        return "has an absolute name"
    return "has '..' in its name" if ".." in name.replace("\\", "/").split("/") else ""


def listed(names: list[str]) -> str:
    """The first of some names, and how many more there are."""
    more = f" and {len(names) - NAMED:,} more" if len(names) > NAMED else ""
    return ", ".join(map(repr, names[:NAMED])) + more
