"""What every test process and every program that a test starts has in common.

One thread each: two share the tests, and programs that they start are too small. Threads that wait
for each other on cores that others use as well take minutes for seconds of work.

One folder for bytecode, gone at the end: compiling what a program imports takes longer than most
of what they then do, and nothing may be written into the environment or a project's copy. A test
that edits a module keeps neither its size nor its second, by which Python knows it again.
"""

import atexit
import os
import shutil
import tempfile

os.environ.setdefault("OMP_NUM_THREADS", "1")
# A backend that a notebook names may not be installed here: matplotlib cannot be imported then.
os.environ["MPLBACKEND"] = "agg"
# pytest-xdist starts its processes where a user's own inspect.py may lie, and so do tests.
os.environ["PYTHONSAFEPATH"] = "1"
os.environ.setdefault("OMP_WAIT_POLICY", "passive")  # where more are asked for

# pytest-xdist's processes get the folder from the one that starts them.
if "PYTEST_XDIST_WORKER" not in os.environ:
    BYTECODE = tempfile.mkdtemp(prefix="bytecode_")
    atexit.register(shutil.rmtree, BYTECODE, ignore_errors=True)
    os.environ["PYTHONPYCACHEPREFIX"] = BYTECODE
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
