"""One thread for each process: two share the tests, and programs that they start are too small.

Threads that wait for each other on cores that others use as well take minutes for seconds of work.
"""

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")
# A backend that a notebook names may not be installed here: matplotlib cannot be imported then.
os.environ["MPLBACKEND"] = "agg"
# pytest-xdist starts its processes where a user's own inspect.py may lie, and so do tests.
os.environ["PYTHONSAFEPATH"] = "1"
os.environ.setdefault("OMP_WAIT_POLICY", "passive")  # where more are asked for
