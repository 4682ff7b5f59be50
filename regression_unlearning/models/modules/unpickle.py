"""Convert the state in a torch pickle to a safetensors file; a program of its own.

``torch.load(weights_only=True)`` makes tensors and plain containers, and calls nothing else that a
pickle names. It runs in a separate process of bounded memory all the same.
"""

import os
import re
import resource
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

#: Keys under which training scripts save the network's state beside other things.
HOLDERS = ("state_dict", "model_state_dict", "model")
#: Bytes of memory that reading may take beside four times the file's size.
BESIDE = 1 << 30


class NoState(Exception):
    """A pickle holds no state; the message says what it holds."""


def bound(size: int) -> None:
    """Limit this process's memory to what a state of `size` bytes needs, where possible."""
    with suppress(OSError, ValueError):
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
        most = pages * os.sysconf("SC_PAGE_SIZE") + 4 * size + BESIDE
        resource.setrlimit(resource.RLIMIT_AS, (most, most))


def state_in(content: Any) -> dict[str, Any]:
    """The network's state in a pickle's content: names to tensors.

    Parameters
    ----------
    content : object
        What the pickle held: a state, or a mapping that has one under a key of `HOLDERS`.

    Raises
    ------
    NoState
        When there is none.
    """
    from torch import Tensor

    for _ in range(3):
        if not isinstance(content, Mapping):
            raise NoState(f"it holds no state but {type(content).__name__}")
        holder = next((key for key in HOLDERS if isinstance(content.get(key), Mapping)), None)
        if holder is None:
            break
        content = content[holder]
    other = [name for name, value in content.items() if not isinstance(value, Tensor)]
    if other:
        raise NoState(f"beside tensors it holds {str(other[0])[:60]!r}")
    return {str(name): value.detach().clone().contiguous() for name, value in content.items()}


def main(source: str, target: str) -> None:
    """Convert one file.

    Parameters
    ----------
    source, target : str
        The pickle to read and the safetensors file to write.

    Raises
    ------
    NoState
        In one line, when the file holds no state.
    """
    import torch
    from safetensors.torch import save_file

    try:
        bound(Path(source).stat().st_size)
        with Path(source).open("rb") as file:  # torch decides by a path's ending
            content = torch.load(file, map_location="cpu", weights_only=True)
        save_file(state_in(content), target)
    except NoState:
        raise
    except MemoryError:
        raise NoState("reading it takes more memory than a state of its size") from None
    except Exception as error:  # whatever torch raises for the file
        message = " ".join(str(error).split())
        reason = f"it is no state that torch reads ({message[:120] or type(error).__name__})"
        if named := re.search(r"\bGLOBAL (\S+)", message):
            reason = f"it holds more than tensors ({named[1]}), which is never loaded"
        raise NoState(reason) from error


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except NoState as error:
        sys.exit(str(error))
