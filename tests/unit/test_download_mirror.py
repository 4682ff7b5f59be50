"""The data mirror: files and archives that are taken from it in place of a download."""

import json

import pytest
from downloads import BODY, MEMBERS, digest, members_of, tar

from regression_unlearning.data.fetching.download import RawFile
from regression_unlearning.errors import UserError


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
