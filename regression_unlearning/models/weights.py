"""Weights in a file: whether they can be read, and whether a network accepts them.

Read from a safetensors file's header alone; a pickle is first converted by a process of its own.
Nothing here imports a network library.
"""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from difflib import get_close_matches
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from regression_unlearning.errors import UserError

_PICKLES = (b"PK\x03\x04", b"\x80")
_WRITE = "save model.state_dict() with safetensors.torch.save_file, or with torch.save"
#: Prefixes that wrappers of a network put before its weights' names.
WRAPPED = ("module.", "_orig_mod.")
#: Seconds that reading a pickle may take, and bytes for each further second.
SECONDS, PACE = 300, 10 << 20


class Weight(NamedTuple):
    """One weight of a file or of a network: its shape, and whether its numbers have fractions."""

    shape: tuple[int, ...]
    floating: bool = True


@contextmanager
def as_safetensors(path: str | Path, context: str) -> Iterator[Path]:
    """Yield a safetensors file of a file's weights: itself, or one converted from a pickle.

    Parameters
    ----------
    path, context
        See `weights_in`.

    Raises
    ------
    UserError
        When the pickle holds anything but a state, or takes more memory or time than one.
    """
    path = Path(path)
    try:
        with path.open("rb") as file:
            first, size = file.read(9), path.stat().st_size
    except OSError:
        first = b""  # the reader of the yielded file reports it
    if first[8:] == b"{" or not first.startswith(_PICKLES):
        yield path
        return
    program = Path(__file__).with_name("modules") / "unpickle.py"
    with TemporaryDirectory() as folder:
        converted = Path(folder) / "state.safetensors"
        unsafe = "TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD"
        environment = {name: value for name, value in os.environ.items() if name != unsafe}
        try:
            done = subprocess.run(
                [sys.executable, "-P", str(program), str(path.resolve()), str(converted)],
                env={**environment, "CUDA_VISIBLE_DEVICES": "", "OMP_NUM_THREADS": "1"},
                capture_output=True,
                encoding="utf-8",
                errors="replace",
                timeout=SECONDS + size / PACE,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise UserError(
                f"{context}: it is not read within {error.timeout:.0f} s; {_WRITE}."
            ) from None
        if done.returncode:
            lines = done.stderr.strip().splitlines() or [f"reading it ended ({done.returncode})"]
            raise UserError(f"{context}: {lines[-1]}; {_WRITE}.")
        yield converted


def weights_in(path: str | Path, context: str) -> dict[str, Weight]:
    """The weights that a safetensors file holds, by name, from its header.

    Parameters
    ----------
    path : path
        The file.
    context : str
        How a message begins: what the file is needed for.

    Raises
    ------
    UserError
        When the file is missing, is not a complete safetensors file, or holds no weight.
    """
    from safetensors import SafetensorError, safe_open

    try:
        with Path(path).open("rb"):  # the library's own message gives no reason
            pass
        with safe_open(path, "np") as file:
            parts = {name: file.get_slice(name) for name in file.keys()}  # noqa: SIM118
            weights = {
                name: Weight(tuple(part.get_shape()), "F" in part.get_dtype())
                for name, part in parts.items()
            }
    except FileNotFoundError:
        raise UserError(f"{context}: there is no such file.") from None
    except OSError as error:
        raise UserError(f"{context}: {error.strerror or error}.") from error
    except SafetensorError as error:
        raise UserError(
            f"{context}: it is no whole safetensors file ({error}); {_WRITE}."
        ) from error
    if not weights:
        raise UserError(f"{context}: it holds no weights.")
    return weights


def weights_of(model: Any) -> dict[str, Weight]:
    """The weights of a network, by name.

    Parameters
    ----------
    model : Module
        The network; torch is not imported here.
    """
    return {
        name: Weight(tuple(value.shape), value.is_floating_point())
        for name, value in model.state_dict().items()
    }


def unwrapped(found: Mapping[str, Any], expected: Mapping[str, Any]) -> dict[str, Any]:
    """Weights of a file without the prefix that a wrapper of the network put before every name.

    Names are kept as they are where the network has one of them.

    Parameters
    ----------
    found, expected : mapping of str to object
        What the file holds, and what the network has, by name.
    """
    names = {name: name for name in found}
    while not names.keys() & expected.keys():
        common = next(
            (prefix for prefix in WRAPPED if all(name.startswith(prefix) for name in names)), None
        )
        if common is None:
            break
        names = {name.removeprefix(common): original for name, original in names.items()}
    return {name: found[original] for name, original in names.items()}


def misfit(found: Mapping[str, Weight], expected: Mapping[str, Weight]) -> str:
    """Why a network does not accept a file's weights, in one line; empty where it does.

    Parameters
    ----------
    found : mapping of str to Weight
        What the file holds; see `weights_in`.
    expected : mapping of str to Weight
        What the network has.
    """
    missing = [name for name in expected if name not in found]
    foreign = [name for name in found if name not in expected]
    common = [name for name in expected if name in found]
    shapes = [name for name in common if found[name].shape != expected[name].shape]
    kinds = [name for name in common if found[name].floating != expected[name].floating]
    parts = []
    if missing:
        nearest = get_close_matches(missing[0], foreign, 1)
        hint = f" (closest there: {nearest[0]!r})" if nearest else ""
        text = f"{len(missing)} of {len(expected)} weights missing, the first {missing[0]!r}{hint}"
        parts.append(text)
    if foreign:
        parts.append(f"{len(foreign)} foreign, the first {foreign[0]!r}")
    if shapes:
        own, its = expected[shapes[0]].shape, found[shapes[0]].shape
        parts.append(f"{len(shapes)} of another shape, the first {shapes[0]!r}: {its}, not {own}")
    if kinds:
        own = "fractions" if expected[kinds[0]].floating else "integers"
        parts.append(f"{len(kinds)} of another kind, the first {kinds[0]!r}: it must hold {own}")
    return "; ".join(parts)
