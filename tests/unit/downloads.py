"""A server on this machine that fails as asked, a place to fetch into, and packed files."""

import hashlib
import io
import json
import tarfile
import threading
import zipfile
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from regression_unlearning.data.fetching.download import RawFile, fetch

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


@contextmanager
def serving():
    """Serve from a thread while the context lasts."""
    with Server() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


class Place:
    """Fetches into a raw folder called ``demo``, with a checksums file beside it."""

    def __init__(self, root):
        self.folder = root / "raw" / "demo"
        self.checksums = root / "checksums.json"
        self.first_seen = root / "checksums.seen.json"
        self.mirror = root / "mirror"

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


def members_of(url, **more):
    return [RawFile(file=name, url=url, member=name, **more) for name in MEMBERS]
