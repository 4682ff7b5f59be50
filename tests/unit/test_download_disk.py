"""Downloads to a disk that is full."""

import resource
import subprocess
import sys
from pathlib import Path

import pytest
from downloads import BODY

from regression_unlearning.data.fetching.download import RawFile


def limited(place, url, limit, mirror=None):
    """Fetch in a process that may write no file longer than `limit` bytes."""
    code = f"""
import resource, sys
from pathlib import Path
from regression_unlearning.data.fetching.download import RawFile, fetch
from regression_unlearning.errors import UserError
sys.dont_write_bytecode = True  # Python keeps bytecode that was cut short
resource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, {limit}))
try:
    fetch([RawFile(file="data.bin", url={url!r})], Path({str(place.folder)!r}),
          mirror={mirror and f"Path({str(mirror)!r})"}, checksums=Path({str(place.checksums)!r}))
except UserError as error:
    print(error)
    raise SystemExit(2)
"""
    return subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        cwd=Path(__file__).parents[2],
        check=False,
    )


@pytest.mark.skipif(not hasattr(resource, "RLIMIT_FSIZE"), reason="no limit on file sizes")
def test_full_disk_keeps_the_part_and_a_later_call_finishes(server, place):
    server.files["data.bin"] = BODY
    ended = limited(place, server.url("data.bin"), 200_000)
    assert ended.returncode == 2, ended.stderr
    assert "cannot write" in ended.stdout and "data.bin.part" in ended.stdout
    assert "Make room" in ended.stdout and "200,000 bytes" in ended.stdout
    assert place.names() == ["data.bin.part", "data.bin.part.json"]
    server.requests.clear()
    place.fetch(RawFile(file="data.bin", url=server.url("data.bin")))
    assert [headers["Range"] for _, headers in server.requests] == ["bytes=200000-"]
    assert (place.folder / "data.bin").read_bytes() == BODY


@pytest.mark.skipif(not hasattr(resource, "RLIMIT_FSIZE"), reason="no limit on file sizes")
def test_full_disk_leaves_nothing_of_a_mirrored_file(place):
    place.hold("data.bin", BODY)
    ended = limited(place, None, 200_000, place.mirror)
    assert ended.returncode == 2, ended.stderr
    assert "cannot write" in ended.stdout and "make room" in ended.stdout
    assert place.names() == []
