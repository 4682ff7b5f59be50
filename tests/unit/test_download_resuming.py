"""Downloads that break off: they go on where the version is the same, else from zero."""

import json
import logging
import re

import pytest
from downloads import BODY, digest

from regression_unlearning.data.fetching import transfer
from regression_unlearning.data.fetching.download import RawFile
from regression_unlearning.errors import UserError


def test_server_that_sends_less_than_the_rest_is_asked_for_more(server, place):
    server.files["data.bin"], server.cut, server.most = BODY, 1, 200_000
    place.fetch(RawFile(file="data.bin", url=server.url("data.bin"), sha256=digest(BODY)))
    assert len(server.requests) == 3


def test_broken_download_goes_on_where_it_broke_off(server, place):
    server.files["data.bin"], server.cut = BODY, 2
    place.fetch(RawFile(file="data.bin", url=server.url("data.bin"), sha256=digest(BODY)))
    asked = [headers.get("Range") for _, headers in server.requests]
    assert asked[0] is None and len(asked) == 3
    starts = [int(text.removeprefix("bytes=").rstrip("-")) for text in asked[1:]]
    assert 0.4 * len(BODY) < starts[0] < starts[1] < 0.8 * len(BODY)
    assert server.requests[1][1].get("If-Range") == '"one"'
    assert place.names() == ["data.bin", "manifest.json"]


def test_a_later_call_goes_on_and_starts_anew_when_the_file_changed(server, place):
    server.files["data.bin"], server.cut = BODY, transfer.TRIES
    wanted = RawFile(file="data.bin", url=server.url("data.bin"))
    with pytest.raises(UserError):
        place.fetch(wanted)
    assert (place.folder / "data.bin.part").stat().st_size > 0
    server.files["data.bin"], server.etag = BODY[::-1], '"two"'
    server.requests.clear()
    place.fetch(wanted)
    (_, headers) = server.requests[0]
    assert headers["If-Range"] == '"one"' and headers["Range"] != "bytes=0-"
    assert (place.folder / "data.bin").read_bytes() == BODY[::-1]


def test_server_without_ranges_starts_from_zero(server, place, monkeypatch, caplog):
    server.files["data.bin"], server.cut, server.ranges = BODY, 1, False
    monkeypatch.setattr(transfer, "LOG_EVERY", 0)
    with caplog.at_level(logging.INFO):
        place.fetch(RawFile(file="data.bin", url=server.url("data.bin")))
    told = [int(text) for text in re.findall(r"data.bin: (\d+) %", caplog.text)]
    assert told and max(told) == told[-1] == 100
    assert len(server.requests) == 2 and "Range" in server.requests[1][1]
    assert (place.folder / "data.bin").read_bytes() == BODY


@pytest.mark.parametrize("etag", [None, 'W/"one"'])
def test_without_a_strong_validator_a_download_starts_from_zero(server, place, etag):
    server.files["data.bin"], server.cut, server.etag = BODY, transfer.TRIES, etag
    wanted = RawFile(file="data.bin", url=server.url("data.bin"))
    with pytest.raises(UserError):
        place.fetch(wanted)
    assert (place.folder / "data.bin.part").stat().st_size > 0
    server.files["data.bin"] = BODY[::-1]  # of the same size
    place.fetch(wanted)
    assert not any("Range" in headers for _, headers in server.requests)
    assert (place.folder / "data.bin").read_bytes() == BODY[::-1]


@pytest.mark.parametrize("etag", ['"two"', 'W/"one"', None])
def test_a_rest_of_another_version_is_not_joined(server, place, etag):
    server.files["data.bin"], server.cut, server.if_range = BODY, 1, False
    server.later = lambda: (
        setattr(server, "etag", etag) or server.files.update({"data.bin": BODY[::-1]})
    )
    place.fetch(RawFile(file="data.bin", url=server.url("data.bin")))
    assert [("Range" in headers) for _, headers in server.requests] == [False, True, False]
    assert (place.folder / "data.bin").read_bytes() == BODY[::-1]


def test_truncated_download_says_how_much_came_and_keeps_it(server, place):
    server.files["data.bin"], server.cut, server.ranges = BODY, 99, False
    with pytest.raises(UserError, match="got ([0-9,]+) of 512,000 bytes") as caught:
        place.fetch(RawFile(file="data.bin", url=server.url("data.bin")))
    assert "run the same command again" in str(caught.value)
    assert len(server.requests) == transfer.TRIES
    assert place.names() == ["data.bin.part", "data.bin.part.json"]
    part = (place.folder / "data.bin.part").read_bytes()
    assert part and BODY.startswith(part)


def test_part_that_was_complete_is_taken_without_a_download(server, place):
    server.files["data.bin"] = BODY
    place.folder.mkdir(parents=True)
    (place.folder / "data.bin.part").write_bytes(BODY)
    note = {"url": server.url("data.bin"), "etag": '"one"', "total": len(BODY)}
    (place.folder / "data.bin.part.json").write_text(json.dumps(note))
    place.fetch(RawFile(file="data.bin", url=server.url("data.bin")))
    assert not server.requests
    assert place.names() == ["data.bin", "manifest.json"]


def test_part_that_is_too_long_starts_anew(server, place):
    server.files["data.bin"] = BODY
    place.folder.mkdir(parents=True)
    (place.folder / "data.bin.part").write_bytes(BODY + b"too long")
    note = {"url": server.url("data.bin"), "etag": '"one"', "total": len(BODY)}
    (place.folder / "data.bin.part.json").write_text(json.dumps(note))
    place.fetch(RawFile(file="data.bin", url=server.url("data.bin")))
    assert (place.folder / "data.bin").read_bytes() == BODY


@pytest.mark.parametrize("note", [None, "{", '{"url": "http://elsewhere/"}'])
def test_part_of_unknown_origin_is_not_used(server, place, note):
    server.files["data.bin"] = BODY
    place.folder.mkdir(parents=True)
    (place.folder / "data.bin.part").write_bytes(b"who knows")
    if note:
        (place.folder / "data.bin.part.json").write_text(note)
    place.fetch(RawFile(file="data.bin", url=server.url("data.bin")))
    assert (place.folder / "data.bin").read_bytes() == BODY


def test_a_stall_keeps_what_has_come(server, place, monkeypatch):
    monkeypatch.setattr(transfer, "TIMEOUT", (5.0, 0.2))
    server.later = lambda: monkeypatch.setattr(transfer, "TIMEOUT", (5.0, 20.0))
    server.files["data.bin"], server.stall = BODY, 1000
    place.fetch(RawFile(file="data.bin", url=server.url("data.bin")))
    server.stalled.set()
    (_, first), (_, second) = server.requests
    assert "Range" not in first and second["Range"] == "bytes=1000-"
    assert (place.folder / "data.bin").read_bytes() == BODY
