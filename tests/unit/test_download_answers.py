"""Downloads: refusals, pauses, lengths and encodings in a server's answers."""

import gzip
import zlib

import pytest
from downloads import BODY, MEMBERS, digest, tar

from regression_unlearning.data.fetching import transfer
from regression_unlearning.data.fetching.download import RawFile
from regression_unlearning.errors import UserError


@pytest.mark.parametrize("body", [BODY, b""])
def test_body_of_unknown_length_is_taken_only_where_its_hash_is_known(server, place, body):
    server.files["data.bin"], server.announce = body, False
    with pytest.raises(UserError, match="does not say how long .*Give the file's SHA-256") as error:
        place.fetch(RawFile(file="data.bin", url=server.url("data.bin")))
    assert "\n" not in str(error.value) and len(server.requests) == 1
    place.fetch(RawFile(file="data.bin", url=server.url("data.bin"), sha256=digest(body)))
    assert (place.folder / "data.bin").read_bytes() == body


def test_an_empty_body_is_refused_unless_its_hash_is_known(server, place):
    server.files["data.bin"] = b""
    with pytest.raises(UserError, match="the server sent nothing for .*Check the address"):
        place.fetch(RawFile(file="data.bin", url=server.url("data.bin")))
    place.fetch(RawFile(file="data.bin", url=server.url("data.bin"), sha256=digest(b"")))


def test_compressed_archive_is_kept_as_it_was_sent(server, place):
    server.files["a.tgz"], server.headers = tar(MEMBERS), {"Content-Encoding": "gzip"}
    place.fetch(RawFile(file="a.tgz", url=server.url("a.tgz")))
    assert (place.folder / "a.tgz").read_bytes() == server.files["a.tgz"]


@pytest.mark.parametrize("cut", [0, 2])
@pytest.mark.parametrize(
    ("encoding", "pack"),
    [("gzip", gzip.compress), ("deflate", zlib.compress), ("identity", bytes)],
)
def test_content_encoding_is_undone(server, place, encoding, pack, cut):
    server.files["data.bin"], server.cut = pack(BODY), cut
    server.headers = {"Content-Encoding": encoding}
    place.fetch(RawFile(file="data.bin", url=server.url("data.bin")))
    assert (place.folder / "data.bin").read_bytes() == BODY
    assert place.names() == ["data.bin", "manifest.json"]


def test_an_encoding_that_cannot_be_undone_is_one_line(server, place):
    server.files["data.bin"], server.headers = BODY, {"Content-Encoding": "x-odd"}
    with pytest.raises(UserError, match="packs http.* as 'x-odd', which cannot be undone"):
        place.fetch(RawFile(file="data.bin", url=server.url("data.bin")))


@pytest.mark.parametrize(
    ("said", "pause"),
    [("3", 3), ("100000", 120), ("-5", 0.001), ("soon", 0.001), ("", 0.001), ("9" * 400, 120),
     ("Wed, 21 Oct 2099 07:28:00 GMT", 120), ("Wed, 21 Oct 2015 07:28:00 GMT", 0.001)],
)  # fmt: skip
def test_retry_after_is_honoured_up_to_a_bound(server, place, monkeypatch, said, pause):
    waited = []
    monkeypatch.setattr(transfer.time, "sleep", waited.append)
    server.files["data.bin"], server.failures = BODY, [503]
    server.headers = {"Retry-After": said}
    place.fetch(RawFile(file="data.bin", url=server.url("data.bin")))
    assert waited == [pause]


def test_server_that_is_busy_is_asked_again(server, place):
    server.files["data.bin"], server.failures = BODY, [503, 429]
    place.fetch(RawFile(file="data.bin", url=server.url("data.bin")))
    assert len(server.requests) == 3


def test_refusal_ends_at_once(server, place):
    with pytest.raises(UserError, match="answered 404 .*data mirror"):
        place.fetch(RawFile(file="data.bin", url=server.url("data.bin")))
    assert len(server.requests) == 1


def test_server_that_is_not_there_is_tried_five_times(server, place, caplog):
    server.server_close()
    with pytest.raises(UserError, match="failed 5 times .*[Cc]onnection"):
        place.fetch(RawFile(file="data.bin", url=server.url("data.bin")))
    assert caplog.text.count("trying again") == transfer.TRIES - 1
