"""Standard streams that are closed, or whose reader has gone."""

import os
import subprocess
import sys

import pytest

SAY = """
import sys
from regression_unlearning import program
def main():
    opened = [open(sys.argv[1], "w", encoding="utf-8") for _ in range(3)]
    assert min(file.fileno() for file in opened) > 2
    program.say("\\u03bb \\u2264 1")
    print("more", flush=True)
    print("and more", file=sys.stderr)
    opened[0].write("done")
program.run(main)
"""


@pytest.mark.parametrize("ends", ["", ">&-", "2>&-", ">&- 2>&- <&-", "| true", "2>&1 | true"])
@pytest.mark.parametrize("locale", ["C", "C.UTF-8"])
def test_a_program_ends_well(tmp_path, ends, locale):
    line = f'{{ "$@"; echo "$?" > "$STATUS"; }} {ends}'
    command = ["sh", "-c", line, "sh", sys.executable, "-c", SAY, tmp_path / "made"]
    variables = {"LC_ALL": locale, "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    subprocess.run(
        command,
        check=True,
        capture_output=True,
        env=os.environ | variables | {"STATUS": str(tmp_path / "status")},
    )
    assert (tmp_path / "status").read_text(encoding="utf-8") == "0\n"
    assert (tmp_path / "made").read_text(encoding="utf-8") == "done"


def test_other_errors_of_a_stream_are_told():
    """A full disk takes what is written: that is no reader who has gone."""
    code = (
        "import sys\nfrom regression_unlearning.program import streams\nstreams.settle()\n"
        "print('x', flush=True)\n"
    )
    with open("/dev/full", "w", encoding="utf-8") as full:  # noqa: PTH123
        done = subprocess.run(
            [sys.executable, "-c", code], check=False, stdout=full, stderr=subprocess.PIPE
        )
    assert done.returncode and b"No space left" in done.stderr


def test_pictures_are_drawn_whatever_backend_a_notebook_names():
    code = (
        "from regression_unlearning import program\n"
        "def main():\n    import matplotlib.figure\n    program.say(matplotlib.get_backend())\n"
        "program.run(main)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        check=True,
        capture_output=True,
        encoding="utf-8",
        env=os.environ | {"MPLBACKEND": "module://a_notebook_s_own"},
    )
    assert done.stdout == "agg\n"
