"""Downloads: members of tar and zip archives, of which unsafe and damaged ones are refused."""

import tarfile
import zipfile

import pytest
from downloads import MEMBERS, digest, entry, members_of, tar, zipped

from regression_unlearning.data.fetching.download import RawFile
from regression_unlearning.errors import UserError


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
