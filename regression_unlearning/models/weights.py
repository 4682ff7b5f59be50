"""Weights that lie in a safetensors file: whether it is one, and whether a network takes them.

Read from the file's header alone. Nothing here imports a network library.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from regression_unlearning.errors import UserError

_PICKLES = (b"PK\x03\x04", b"\x80")
_WRITE = "write it with safetensors.torch.save_file(model.state_dict(), 'MODEL.safetensors')"


class Weight(NamedTuple):
    """One weight of a file or of a network: its shape, and whether its numbers have fractions."""

    shape: tuple[int, ...]
    floating: bool = True


def weights_in(path: str | Path, said: str) -> dict[str, Weight]:
    """The weights that a safetensors file holds, by name, from its header.

    Parameters
    ----------
    path : path
        The file.
    said : str
        How a message begins: what the file was wanted for.

    Raises
    ------
    UserError
        When the file is missing, is a pickle (never loaded), is no whole safetensors file, or holds
        no weight.
    """
    from safetensors import SafetensorError, safe_open

    try:
        with Path(path).open("rb") as file:
            first = file.read(4)
        with safe_open(path, "np") as file:
            parts = {name: file.get_slice(name) for name in file.keys()}  # noqa: SIM118
            found = {
                name: Weight(tuple(part.get_shape()), "F" in part.get_dtype())
                for name, part in parts.items()
            }
    except FileNotFoundError:
        raise UserError(f"{said}: there is no such file.") from None
    except OSError as error:
        raise UserError(f"{said}: {error.strerror or error}.") from error
    except SafetensorError as error:
        # asked only now: the length that a safetensors file begins with may look like a pickle's
        why = f"it is no whole safetensors file ({error})"
        if first.startswith(_PICKLES):
            why = "it is a pickle (torch.save), which is never loaded, as it may run any code"
        raise UserError(f"{said}: {why}; {_WRITE}.") from error
    if not found:
        raise UserError(f"{said}: it holds no weights.")
    return found


def weights_of(model: Any) -> dict[str, Weight]:
    """The weights of a network (a torch Module), by name."""
    return {
        name: Weight(tuple(value.shape), value.is_floating_point())
        for name, value in model.state_dict().items()
    }


def misfit(found: Mapping[str, Weight], wanted: Mapping[str, Weight]) -> str:
    """What keeps a network from taking a file's weights, in one line; empty where nothing does.

    Parameters
    ----------
    found : mapping of str to Weight
        What the file holds; see `weights_in`.
    wanted : mapping of str to Weight
        What the network has.
    """
    missing = [name for name in wanted if name not in found]
    foreign = [name for name in found if name not in wanted]
    both = [name for name in wanted if name in found]
    shapes = [name for name in both if found[name].shape != wanted[name].shape]
    kinds = [name for name in both if found[name].floating != wanted[name].floating]
    parts = []
    if missing:
        parts.append(f"{len(missing)} of {len(wanted)} weights missing, the first {missing[0]!r}")
    if foreign:
        parts.append(f"{len(foreign)} foreign, the first {foreign[0]!r}")
    if shapes:
        own, its = wanted[shapes[0]].shape, found[shapes[0]].shape
        parts.append(f"{len(shapes)} of another shape, the first {shapes[0]!r}: {its}, not {own}")
    if kinds:
        own = "fractions" if wanted[kinds[0]].floating else "integers"
        parts.append(f"{len(kinds)} of another kind, the first {kinds[0]!r}: it must hold {own}")
    return "; ".join(parts)
