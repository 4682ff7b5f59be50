"""Downloads: hashes, sizes and the manifest, which say what is fetched and what is kept."""

import json
import logging

import pytest
from downloads import BODY, digest

from regression_unlearning.data.fetching.download import RawFile
from regression_unlearning.errors import UserError


def test_file_is_downloaded_hashed_and_recorded(server, place, caplog):
    server.files["data.bin"] = BODY
    with caplog.at_level(logging.INFO):
        place.fetch(RawFile(file="kept.bin", url=server.url("data.bin"), bytes=len(BODY)))
    assert place.names() == ["kept.bin", "manifest.json"]
    assert (place.folder / "kept.bin").read_bytes() == BODY
    assert place.manifest() == {
        "kept.bin": {
            "sha256": digest(BODY),
            "bytes": len(BODY),
            "source": server.url("data.bin"),
        }
    }
    assert place.recorded() == {"demo/kept.bin": digest(BODY)}
    assert "seen first" in caplog.text


def test_hashes_seen_first_are_sorted_and_the_publishers_list_is_left_alone(server, place):
    place.checksums.write_text('{"demo/other": "3"}')
    place.first_seen.write_text('{"zz/file": "1", "aa/file": "2"}')
    server.files["data.bin"] = BODY
    place.fetch(RawFile(file="data.bin", url=server.url("data.bin")))
    assert list(place.recorded()) == ["aa/file", "demo/data.bin", "zz/file"]
    assert place.checksums.read_text() == '{"demo/other": "3"}'


def test_second_fetch_asks_nothing_and_keeps_the_manifest(server, place):
    server.files["data.bin"] = BODY
    wanted = RawFile(file="data.bin", url=server.url("data.bin"))
    place.fetch(wanted)
    before = (place.folder / "manifest.json").read_bytes()
    place.fetch(wanted)
    assert len(server.requests) == 1
    (place.folder / "manifest.json").unlink()
    place.fetch(wanted)
    assert len(server.requests) == 1
    assert (place.folder / "manifest.json").read_bytes() == before


def test_manifest_alone_is_enough_to_keep_a_file(server, place):
    server.files["data.bin"] = BODY
    wanted = RawFile(file="data.bin", url=server.url("data.bin"))
    place.fetch(wanted)
    place.first_seen.unlink()
    place.fetch(wanted)
    assert len(server.requests) == 1
    assert place.recorded() == {"demo/data.bin": digest(BODY)}


def test_changed_file_is_fetched_again(server, place):
    server.files["data.bin"] = BODY
    wanted = RawFile(file="data.bin", url=server.url("data.bin"))
    place.fetch(wanted)
    (place.folder / "data.bin").write_bytes(b"changed")
    place.fetch(wanted)
    assert (place.folder / "data.bin").read_bytes() == BODY


def test_pinned_hash_that_differs_is_refused(server, place):
    server.files["data.bin"] = BODY
    with pytest.raises(UserError) as caught:
        place.fetch(RawFile(file="data.bin", url=server.url("data.bin"), sha256="0" * 64))
    for part in ("demo/data.bin", "0" * 64, digest(BODY)):
        assert part in str(caught.value)
    assert place.names() == []
    assert not place.checksums.exists()


def test_recorded_hash_that_differs_names_the_line_to_delete(server, place):
    server.files["data.bin"] = BODY
    place.checksums.write_text(json.dumps({"demo/data.bin": "1" * 64}))
    wanted = RawFile(file="data.bin", url=server.url("data.bin"))
    with pytest.raises(UserError, match="delete the line 'demo/data.bin'") as caught:
        place.fetch(wanted)
    assert str(place.checksums) in str(caught.value)
    assert place.names() == []
    place.checksums.write_text("{}")
    place.fetch(wanted)
    assert place.recorded() == {"demo/data.bin": digest(BODY)}


def test_size_that_differs_is_refused(server, place):
    server.files["data.bin"] = BODY
    with pytest.raises(UserError, match="expected 7 bytes, got 512,000"):
        place.fetch(RawFile(file="data.bin", url=server.url("data.bin"), bytes=7))
    assert place.names() == []


def test_checksums_file_that_is_no_json_is_named(server, place):
    place.checksums.write_text("no")
    with pytest.raises(UserError, match="checksums.json"):
        place.fetch(RawFile(file="data.bin", url=server.url("data.bin")))
