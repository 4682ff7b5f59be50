"""A disk that is full, or read-only, met by every job: said in a line, nothing is lost."""

import subprocess
from contextlib import contextmanager

import pytest
from chain import carry_out
from damage import outcome, without
from known import marked

RULES = (
    "download", "prepare", "select_forget_set", "train_original", "train_retrained",
    "train_blindspot", "observe", "unlearn", "measure", "table", "figure", "values", "claims",
    "report", "metrics",
)  # fmt: skip


@contextmanager
def small_disk(folder):
    """A disk with 4096 bytes left in a folder's place; gives whether there is one."""
    held = {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}
    size = 4096 * (1 + sum(-(-len(content) // 4096) for content in held.values()))
    disk = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)]
    mounted = subprocess.run(disk, check=False, capture_output=True).returncode == 0
    try:
        for name, content in held.items() if mounted else ():
            (folder / name).write_bytes(content)
        yield mounted
    finally:
        if mounted:
            subprocess.run(["umount", "-l", str(folder)], check=True)


@contextmanager
def read_only(folder):
    """A folder that nobody may write into."""
    folder.chmod(0o555)
    try:
        yield
    finally:
        folder.chmod(0o755)


def met(job, folder, kind):
    """Run a job where its first output cannot be written."""
    place = (folder / job.outputs[0]).parent
    place.mkdir(parents=True, exist_ok=True)
    if kind == "read-only folder":
        with read_only(place):
            return carry_out(job, folder, plain=True)
    if kind == "small disk":
        with small_disk(place) as mounted:
            return carry_out(job, folder, **({} if mounted else {"room": 4096}))
    return carry_out(job, folder, room=int(kind.split()[0]))


@pytest.mark.parametrize(
    ("rule", "kind"),
    [
        marked(rule, kind, name=f"{kind}: {rule}")
        for rule in RULES
        for kind in ("700 bytes a file", "3000 bytes a file", "small disk", "read-only folder")
    ],
)
def test_a_job_that_cannot_write(chain, tmp_path, record_property, rule, kind):
    record_property("fault", "read-only folder" if "only" in kind else "full disk")
    job = chain.job(rule)
    chain.copy(tmp_path)
    without(tmp_path, job.outputs)
    if rule == "measure":
        without(tmp_path, ["measures/cells"])
    done = met(job, tmp_path, kind)
    found = "refused"
    if done.code == 0:
        found = outcome(done, chain, tmp_path, job, "") if kind != "small disk" else "same"
    else:
        assert "Traceback" not in done.said, done.said
        assert done.code == 2 and len(done.errors) == 1, done.said
        assert "cannot " in done.errors[0] and " again" in done.errors[0], done.errors
    record_property("outcome", found)
    assert found in ("same", "refused"), found
    halves = [path for path in tmp_path.rglob("*.part*") if path.is_file()]
    assert not halves, halves
    done = carry_out(job, tmp_path)
    assert outcome(done, chain, tmp_path, job, "") == "same", done.said
