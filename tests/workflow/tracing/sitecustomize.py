"""Record which functions of the library a program calls, into $TRACE_CALLS; Python loads this."""

import atexit
import json
import os
import pathlib
import sys
import threading

FOLDER = os.environ.get("TRACE_CALLS")
#: A frame of a function; those of modules and of classes' bodies lack it.
OPTIMISED = 1
seen = set()


def importing(frame):
    """Whether a module's or a class's body is being run: what it calls is not the program's."""
    while frame:
        if not frame.f_code.co_flags & OPTIMISED and frame.f_globals.get("__name__") != "__main__":
            return True
        frame = frame.f_back
    return False


def watch(frame, event, _argument):
    """Note a call."""
    code = frame.f_code
    place = code.co_filename, code.co_firstlineno
    if (
        event == "call"
        and code.co_flags & OPTIMISED
        and "/regression_unlearning/" in code.co_filename
        and place not in seen
        and not importing(frame.f_back)
    ):
        seen.add(place)


def write():
    """Write what was seen, under the process's number."""
    sys.setprofile(None)
    with pathlib.Path(f"{FOLDER}/{os.getpid()}.json").open("w", encoding="utf-8") as file:
        json.dump({"arguments": sys.argv, "seen": sorted(seen)}, file)


if FOLDER:
    atexit.register(write)
    sys.setprofile(watch)
    threading.setprofile(watch)
