"""Ways to damage a file, and what became of a program that met it."""

import os
import re
import shutil
from pathlib import Path

from chain import Chain, Job, plain
from programs import Done

#: A page that a proxy may have put in a file's place.
FOREIGN = b"<html><body>502 Bad Gateway</body></html>\n"
#: What a message tells a user to do.
REMEDY = re.compile(
    r"\b(add|choose|delete|fetch|give|keep|make|mend|move|name|prepare|put|raise|remove|restore|"
    r"run|save|set|take|train|use|write)\b",
    re.IGNORECASE,
)


def _flipped(part: float):
    """Flip the lowest bit of one byte: a digit becomes its neighbour, and text stays text."""

    def damage(content: bytes) -> bytes:
        at = int(part * len(content))
        return content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :]

    return damage


def _other_seed(content: bytes, path: Path) -> bytes:
    """A whole file of the same kind: another seed's where there is one, else a web page."""
    other = path.with_name(path.name.replace("seed_0", "seed_1"))
    return other.read_bytes() if other != path and other.is_file() else FOREIGN


KINDS = {
    "flipped early": _flipped(0.2),
    "flipped in the middle": _flipped(0.5),
    "flipped late": _flipped(0.8),
    "cut": lambda content: content[: len(content) // 2],
    "emptied": lambda content: b"",
    "foreign": _other_seed,
    "folder": None,
}


def damage(path: Path, kind: str) -> None:
    """Damage a file, which may be a link to another's content; its date stays."""
    import inspect

    before, content = path.stat(), path.read_bytes()
    change = KINDS[kind]
    path.unlink()
    if change is None:
        path.mkdir()
    else:
        wants_path = len(inspect.signature(change).parameters) == 2
        path.write_bytes(change(content, path) if wants_path else change(content))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def outcome(done: Done, chain: Chain, folder: Path, job: Job, damaged: str) -> str:
    """What became of a job that met a damaged file.

    ``same``: its outputs are those of the project that nothing has harmed. ``refused``: one line
    names the file, and what to do. All else is a fault of this project.
    """
    if "Traceback (most recent call last)" in done.said:
        last = done.said.strip().splitlines()[-1]
        return f"traceback: {last[:100]}"
    if done.code == 0:
        apart = [path for path in job.outputs if differs(chain.root / path, folder / path)]
        return f"used: {apart[0]} is another" if apart else "same"
    return refusal(done, damaged)


def refusal(done: Done, named: str) -> str:
    """Whether a program ended with one line that names a thing and what to do."""
    if done.code != 2 or not done.errors:
        return f"ended with {done.code} and no error line"
    if len(done.errors) > 1:
        return f"{len(done.errors)} lines"
    if Path(named).name not in done.said:
        return f"the file is not named: {done.errors[0][:200]}"
    if not REMEDY.search(done.errors[0].rpartition("/")[2]):
        return f"no remedy: {done.errors[0][:200]}"
    return "refused"


def differs(there: Path, here: Path) -> bool:
    """Whether an output is another than it was, or missing."""
    return not here.is_file() or plain(there) != plain(here)


def without(folder: Path, paths) -> None:
    """Take outputs away; what stands in their place as a folder too."""
    for path in paths:
        one = folder / path
        if one.is_dir():
            shutil.rmtree(one)
        else:
            one.unlink(missing_ok=True)
