"""Downloads: what is logged and printed meanwhile."""

import logging

import pytest
from downloads import BODY

from regression_unlearning import program
from regression_unlearning.data.fetching import transfer
from regression_unlearning.data.fetching.download import RawFile


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
