import gzip
import hashlib
import io
import json
import logging
import re
import resource
import subprocess
import sys
import tarfile
import threading
import zipfile
import zlib
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from pydantic import ValidationError

from regression_unlearning import program
from regression_unlearning.data.fetching import transfer
from regression_unlearning.data.fetching.download import RawFile, fetch
from regression_unlearning.errors import UserError

BODY = bytes(range(256)) * 2000
MEMBERS = {"sts-train.csv": b"train\n" * 50, "sts-dev.csv": b"dev\n" * 50, "sts-test.csv": b"t\n"}


def digest(content):
    return hashlib.sha256(content).hexdigest()


class Server(ThreadingHTTPServer):
    """Serves `files`; the first `cut` answers break off half-way; every request is noted."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.files = {}
        self.requests = []
        self.cut = 0
        self.ranges = True
        self.etag = '"one"'
        self.failures = []
        self.announce = True
        self.most = None
        self.headers = {}
        self.if_range = True
        self.later = None
        self.redirects = {}
        self.reason = None
        self.stall = None
        self.stalled = threading.Event()

    def url(self, name):
        return f"http://127.0.0.1:{self.server_port}/files/{name}?download=1"


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def answer(self, status, *headers, length=0):
        self.send_response(status, self.server.reason)
        for name, value in (*headers, *self.server.headers.items()):
            self.send_header(name, value)
        if length is not None:
            self.send_header("Content-Length", str(length))
        self.end_headers()

    def do_GET(self):
        server = self.server
        server.requests.append((self.path, dict(self.headers)))
        self.close_connection = True
        if server.failures:
            return self.answer(server.failures.pop(0))
        name = self.path.split("?")[0].removeprefix("/files/")
        if name in server.redirects:
            return self.answer(302, ("Location", server.redirects[name]))
        body = server.files.get(name)
        if body is None:
            return self.answer(404)
        start, status, headers = 0, 200, [("ETag", server.etag)] if server.etag else []
        asked = self.headers.get("Range")
        same = not server.if_range or self.headers.get("If-Range", server.etag) == server.etag
        if asked and server.ranges and same:
            start = int(asked.removeprefix("bytes=").rstrip("-"))
            if start >= len(body):
                return self.answer(416, ("Content-Range", f"bytes */{len(body)}"))
            status = 206
            headers.append(("Content-Range", f"bytes {start}-{len(body) - 1}/{len(body)}"))
        rest = body[start:][: self.server.most if asked else None]
        self.answer(status, *headers, length=len(rest) if server.announce else None)
        if server.cut > 0:
            server.cut -= 1
            rest = rest[: len(rest) // 2]
        if server.later is not None:
            server.later, later = None, server.later
            later()
        if server.stall is not None:
            stall, server.stall = server.stall, None
            self.wfile.write(rest[:stall])
            self.wfile.flush()
            server.stalled.wait(20)
            return None
        return self.wfile.write(rest)


@pytest.fixture
def server(monkeypatch):
    monkeypatch.setattr(transfer, "BACK_OFF", 0.001)
    with Server() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def place(tmp_path):
    """Fetch into a raw folder called ``demo``, with a checksums file beside it."""

    class Place:
        folder = tmp_path / "raw" / "demo"
        checksums = tmp_path / "checksums.json"
        first_seen = tmp_path / "checksums.seen.json"
        mirror = tmp_path / "mirror"

        def fetch(self, *wanted, mirror=None):
            fetch(wanted, self.folder, mirror=mirror, checksums=self.checksums)

        def names(self):
            return sorted(path.name for path in self.folder.iterdir())

        def manifest(self):
            return json.loads((self.folder / "manifest.json").read_text())["files"]

        def recorded(self):
            return json.loads(self.first_seen.read_text())

        def hold(self, name, content):
            path = self.mirror / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)

    return Place()


def tar(members, mode="w:gz"):
    """Make a tar file; a member that is a TarInfo goes in as it is."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=mode) as archive:
        for name, content in members.items():
            info = content if isinstance(content, tarfile.TarInfo) else tarfile.TarInfo(name)
            info.name = name
            if isinstance(content, bytes):
                info.size = len(content)
                archive.addfile(info, io.BytesIO(content))
            else:
                archive.addfile(info)
    return out.getvalue()


def zipped(members):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


def entry(kind, target=""):
    info = tarfile.TarInfo("x")
    info.type, info.linkname = kind, target
    return info


# Downloads


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


def test_a_stall_keeps_what_has_come(server, place, monkeypatch):
    monkeypatch.setattr(transfer, "TIMEOUT", (5.0, 0.2))
    server.files["data.bin"], server.stall = BODY, 1000
    place.fetch(RawFile(file="data.bin", url=server.url("data.bin")))
    server.stalled.set()
    (_, first), (_, second) = server.requests
    assert "Range" not in first and second["Range"] == "bytes=1000-"
    assert (place.folder / "data.bin").read_bytes() == BODY


def test_control_characters_of_a_server_do_not_reach_the_terminal(server, place, capsys):
    server.reason = "gone \x1b[2J\x9b1m\x07"

    def main():
        logging.getLogger("x").warning("from %s", server.reason)
        place.fetch(RawFile(file="none", url=server.url("none")))

    root = logging.getLogger()
    handlers, root.handlers = root.handlers, []
    try:
        with pytest.raises(SystemExit):
            program.run(main)
    finally:
        root.handlers = handlers
    said = capsys.readouterr().err
    assert said.count("\\x1b[2J\\x9b1m\\x07") == 2 and said.count("\n") == 3
    assert not set(said) & set("\x1b\x9b\x07")


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


def test_address_that_is_none_is_a_user_error(place):
    with pytest.raises(UserError, match="cannot download nowhere"):
        place.fetch(RawFile(file="data.bin", url="nowhere"))


def test_progress_is_logged_now_and_then(server, place, monkeypatch, caplog):
    server.files["data.bin"] = BODY
    monkeypatch.setattr(transfer, "LOG_EVERY", 0)
    with caplog.at_level(logging.INFO):
        place.fetch(RawFile(file="data.bin", url=server.url("data.bin")))
    assert "data.bin: 100 % (1 of 1 MB), about 0 s left" in caplog.text
    lines = len(caplog.records)
    monkeypatch.setattr(transfer, "LOG_EVERY", 5)
    (place.folder / "data.bin").unlink()
    with caplog.at_level(logging.INFO):
        place.fetch(RawFile(file="data.bin", url=server.url("data.bin")))
    assert "%" not in " ".join(record.getMessage() for record in caplog.records[lines:])


def test_progress_says_share_size_and_time_left():
    told = transfer.progress(254_000_000, 2_176_000_000, 127_000_000, 22.5)
    assert told == "11 % (254 of 2,176 MB), about 341 s left"
    assert transfer.progress(5_000_000, None, 1, 1) == "5 MB so far"


# Hashes


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


# Archives


def members_of(url, **more):
    return [RawFile(file=name, url=url, member=name, **more) for name in MEMBERS]


@pytest.mark.parametrize("pack", [tar, zipped])
def test_archive_wanted_for_three_members_is_downloaded_once(server, place, pack):
    packed = {f"stsbenchmark/{name}": content for name, content in MEMBERS.items()}
    server.files["sts.pack"] = pack({**packed, "../unwanted": b"not looked at"})
    place.fetch(*members_of(server.url("sts.pack")))
    assert len(server.requests) == 1
    assert place.names() == sorted([*MEMBERS, "manifest.json"])
    for name, content in MEMBERS.items():
        assert (place.folder / name).read_bytes() == content
    assert place.recorded() == {f"demo/{name}": digest(MEMBERS[name]) for name in sorted(MEMBERS)}
    (place.folder / "sts-dev.csv").unlink()
    place.fetch(*members_of(server.url("sts.pack")))
    assert len(server.requests) == 2
    assert (place.folder / "sts-dev.csv").read_bytes() == MEMBERS["sts-dev.csv"]


def test_archive_that_is_itself_wanted_stays(server, place):
    server.files["sts.zip"] = zipped(MEMBERS)
    url = server.url("sts.zip")
    place.fetch(*members_of(url), RawFile(file="all.zip", url=url))
    assert len(server.requests) == 1
    assert place.names() == sorted([*MEMBERS, "all.zip", "manifest.json"])
    (place.folder / "sts-dev.csv").unlink()
    place.fetch(*members_of(url), RawFile(file="all.zip", url=url))
    assert len(server.requests) == 1


def test_archive_left_by_an_interrupted_unpacking_is_used(server, place):
    place.folder.mkdir(parents=True)
    (place.folder / "sts.zip").write_bytes(zipped(MEMBERS))
    place.fetch(*members_of(server.url("sts.zip")))
    assert server.requests == []
    assert place.names() == sorted([*MEMBERS, "manifest.json"])


def test_archive_named_like_its_member_does_not_get_in_its_way(server, place):
    server.files["a.csv"] = zipped({"inner.csv": b"1"})
    place.fetch(RawFile(file="a.csv", url=server.url("a.csv"), member="inner.csv"))
    assert (place.folder / "a.csv").read_bytes() == b"1"
    assert place.names() == ["a.csv", "manifest.json"]


@pytest.mark.parametrize(
    ("name", "content", "complaint"),
    [
        ("a.csv", entry(tarfile.SYMTYPE, "/etc/passwd"), "is a link or a device"),
        ("a.csv", entry(tarfile.LNKTYPE, "b.csv"), "is a link or a device"),
        ("a.csv", entry(tarfile.CHRTYPE), "is a link or a device"),
        ("a.csv", entry(tarfile.DIRTYPE), "is a folder"),
        ("../a.csv", b"1", r"'\.\.'"),
        ("b/../../a.csv", b"1", r"'\.\.'"),
        ("/tmp/a.csv", b"1", "absolute"),
    ],
)
def test_unsafe_tar_member_is_refused(server, place, name, content, complaint):
    server.files["a.tgz"] = tar({name: content, "b.csv": b"fine"})
    url = server.url("a.tgz")
    with pytest.raises(UserError, match=complaint):
        place.fetch(
            RawFile(file="b.csv", url=url, member="b.csv"),
            RawFile(file="a.csv", url=url, member="a.csv"),
        )
    assert place.names() == []
    place.fetch(RawFile(file="b.csv", url=url, member="b.csv"))
    assert (place.folder / "b.csv").read_bytes() == b"fine"


def test_unsafe_zip_member_is_refused(server, place):
    link = zipfile.ZipInfo("a.csv")
    link.external_attr = 0o120777 << 16
    for name, complaint in ((link, "is a link"), ("../a.csv", r"'\.\.'"), ("/a.csv", "absolute")):
        server.files["a.zip"] = zipped({name: "/etc/passwd"})
        with pytest.raises(UserError, match=complaint):
            place.fetch(RawFile(file="a.csv", url=server.url("a.zip"), member="a.csv"))
        assert place.names() == []


BIG = {"a.csv": bytes(i * i % 251 for i in range(60_000))}


@pytest.mark.parametrize(
    "content",
    [
        b"<!DOCTYPE html><p>Sorry",
        tar(BIG)[:-200],
        tar(BIG, "w")[:30_000],
        zipped(BIG)[:-200],
        zipped(BIG).replace(zipped(BIG)[300:310], b"0123456789"),
    ],
    ids=["page", "short tgz", "short tar", "short zip", "changed zip"],
)
def test_corrupt_archive_is_a_user_error_and_is_removed(server, place, content):
    server.files["a.pack"] = content
    with pytest.raises(UserError, match=r"a\.pack cannot be read.*download it anew") as caught:
        place.fetch(RawFile(file="a.csv", url=server.url("a.pack"), member="a.csv"))
    assert ("web page" in str(caught.value)) == content.startswith(b"<")
    assert place.names() == []


def test_member_that_is_not_there_or_not_unique_is_named(server, place):
    server.files["a.zip"] = zipped({"one/a.csv": "1", "two/a.csv": "2"})
    url = server.url("a.zip")
    with pytest.raises(UserError, match="2 members called 'a.csv': one/a.csv, two/a.csv"):
        place.fetch(RawFile(file="a.csv", url=url, member="a.csv"))
    with pytest.raises(UserError, match="no member 'b.csv'; it holds one/a.csv, two/a.csv"):
        place.fetch(RawFile(file="a.csv", url=url, member="b.csv"))
    place.fetch(RawFile(file="a.csv", url=url, member="two/a.csv"))
    assert (place.folder / "a.csv").read_bytes() == b"2"


def test_member_with_a_wrong_hash_is_not_left(server, place):
    server.files["a.zip"] = zipped(MEMBERS)
    with pytest.raises(UserError, match="demo/sts-dev.csv from http.*expected SHA-256"):
        url = server.url("a.zip")
        place.fetch(RawFile(file="sts-dev.csv", url=url, member="sts-dev.csv", sha256="0" * 64))
    assert place.names() == []


# Mirrors


def test_mirror_is_used_instead_of_the_network(server, place):
    place.hold("sub/data.bin", BODY)
    wanted = RawFile(
        file="kept.bin", url=server.url("data.bin"), mirror=("data.bin", "sub/data.bin")
    )
    place.fetch(wanted, mirror=place.mirror)
    assert server.requests == []
    assert (place.folder / "kept.bin").read_bytes() == BODY
    assert place.manifest()["kept.bin"]["source"] == "mirror:sub/data.bin"
    assert str(place.mirror) not in (place.folder / "manifest.json").read_text()
    assert not place.first_seen.exists()


def test_archive_in_the_mirror_is_unpacked_and_stays(place):
    place.hold("sts.tar.gz", tar({f"./sts/{name}": content for name, content in MEMBERS.items()}))
    place.fetch(*members_of(None, mirror=("sts.tar.gz",)), mirror=place.mirror)
    assert {name: (place.folder / name).read_bytes() for name in MEMBERS} == MEMBERS
    assert place.manifest()["sts-dev.csv"]["source"] == "mirror:sts.tar.gz"
    assert (place.mirror / "sts.tar.gz").is_file()


def test_plain_file_in_the_mirror_stands_for_a_member(place):
    place.hold("sts-dev.csv", b"plain")
    wanted = RawFile(file="sts-dev.csv", url="http://x/a.zip", member="sts-dev.csv")
    place.fetch(wanted, mirror=place.mirror)
    assert (place.folder / "sts-dev.csv").read_bytes() == b"plain"


def test_mirror_without_the_file_says_what_it_holds(server, place):
    for number in range(20):
        place.hold(f"other/{number}.jpg", b"1")
    place.hold("stsb/sts_train.csv", b"1")
    with pytest.raises(UserError) as caught:
        place.fetch(
            RawFile(file="sts-train.csv", url=server.url("a"), mirror=("a/sts-train.csv", "b.zip")),
            RawFile(file="sts-dev.csv", url=server.url("a")),
            mirror=place.mirror,
        )
    message = str(caught.value)
    assert "lacks sts-train.csv: looked for a/sts-train.csv or b.zip." in message
    assert "nearest that it holds: stsb/sts_train.csv, other/" in message
    assert message.count(".jpg") == 7
    assert "Also lacking: sts-dev.csv" in message
    assert "unset data_mirror" in message
    assert server.requests == []


def test_mirror_folder_that_does_not_exist_is_a_user_error(place):
    with pytest.raises(UserError, match="mirror.* is not a folder"):
        place.fetch(RawFile(file="a", url=None), mirror=place.mirror)


def test_mirror_with_a_wrong_file_is_refused_and_left_alone(place):
    place.hold("a.csv", b"wrong")
    place.checksums.write_text(json.dumps({"demo/a.csv": digest(b"right")}))
    with pytest.raises(UserError, match="demo/a.csv from the mirror's a.csv: expected"):
        place.fetch(RawFile(file="a.csv", url=None), mirror=place.mirror)
    assert place.names() == []
    assert (place.mirror / "a.csv").read_bytes() == b"wrong"


def test_corrupt_archive_in_the_mirror_is_left_alone(place):
    place.hold("a.zip", b"no archive")
    wanted = RawFile(file="a.csv", url=None, member="a.csv", mirror=("a.zip",))
    with pytest.raises(UserError, match=r"a\.zip cannot be read.*Put a good copy at"):
        place.fetch(wanted, mirror=place.mirror)
    assert (place.mirror / "a.zip").read_bytes() == b"no archive"


def test_file_given_out_on_request_only_says_where_to_put_it(place):
    wanted = RawFile(file="AgeDB.zip", url=None, mirror=("agedb/AgeDB.zip",))
    with pytest.raises(UserError, match="on request. Set data_mirror .* agedb/AgeDB.zip"):
        place.fetch(wanted)


# Disk


def limited(place, url, limit, mirror=None):
    """Fetch in a process that may write no file longer than `limit` bytes."""
    code = f"""
import resource
from pathlib import Path
from regression_unlearning.data.fetching.download import RawFile, fetch
from regression_unlearning.errors import UserError
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


# What may be wanted


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
