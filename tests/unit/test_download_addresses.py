"""Downloads: addresses and file names that are refused."""

import pytest
from pydantic import ValidationError

from regression_unlearning.data.fetching.download import RawFile
from regression_unlearning.errors import UserError


@pytest.mark.parametrize(
    "address",
    ["ftp://127.0.0.1/a", "file:///etc/passwd", "http://[::1", "http://127.0.0.1:99999/",
     f"http://{'a' * 70}.example/", "http://.example/", "//[x", "javascript:1"],
)  # fmt: skip
def test_redirect_to_what_is_no_web_address_is_one_line(server, place, address):
    server.redirects["data.bin"] = address
    with pytest.raises(UserError, match=r"data\.bin: cannot download http://127.*Mend") as caught:
        place.fetch(RawFile(file="data.bin", url=server.url("data.bin")))
    assert "\n" not in str(caught.value) and len(server.requests) == 1


def test_address_that_is_none_is_a_user_error(place):
    with pytest.raises(UserError, match="cannot download nowhere"):
        place.fetch(RawFile(file="data.bin", url="nowhere"))


@pytest.mark.parametrize(
    "values",
    [
        {"file": "a/b"},
        {"file": ".."},
        {"file": ""},
        {"file": "manifest.json"},
        {"file": "a", "sha256": "xyz"},
        {"file": "a", "mirror": ("../a",)},
        {"file": "a", "mirror": ("/a",)},
        {"file": "a", "unknown": 1},
    ],
)
def test_wanted_refuses_what_could_leave_its_folder(values):
    with pytest.raises(ValidationError):
        RawFile(**{"url": None, **values})


def test_file_wanted_twice_is_refused(place):
    with pytest.raises(UserError, match="wanted twice"):
        place.fetch(RawFile(file="a", url=None), RawFile(file="a", url=None))
