"""Every command of README, CONTRIBUTING and the pages is understood by its program.

A command is a line of a block that begins with a program's name, or such a piece of inline code.
`RUN_BY` says of each which test runs it, or why none does.
"""

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from regression_unlearning import cli
from regression_unlearning.pipeline import paths
from regression_unlearning.settings.reading import overlaid, read_yaml

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]

PROGRAMS = (
    r"(?:python3?|snakemake|regression-unlearning|dvc|uv|pip|sbatch|apptainer|export|\.ci/\S+)"
)
WITH_VARIABLES = rf"(?:[A-Z_]+=\S+ )*{PROGRAMS}(?: |$)"
#: What stands for something of the reader's.
PLACEHOLDERS = ("NAME", "DATASET", "REQUEST.yaml", "METHOD", "HASH", "FILE")
#: The beginning of a command to the test that runs it, or to why none does. The longest decides.
RUN_BY = {
    ".ci/run": "the public CI, .github/workflows/ci.yml",
    "python -m pip install": "it takes a package index; .ci/run begins with one",
    "uv lock": "it takes a package index; .ci/run looks whether it would change uv.lock",
    "uv sync": "tests/slurm/sandbox.py; .ci/other_pythons",
    "uv tool run pre-commit install": "it changes the clone's git hooks",
    "uv pip install": "it takes a package index; tests/unit/test_plug_in.py does without",
    "export": "a variable of the reader's shell",
    "apptainer": "it takes Apptainer, and root on most machines",
    "sbatch": "it takes a cluster; tests/slurm/test_slurm.py submits one",
    "pytest": "this run",
    "mkdocs build --strict": ".ci/run, without a network",
    "jupyter nbconvert": "tests/unit/test_tutorial.py runs the cells",
    "snakemake": "tests/unit/test_commands.py, a dry run",
    "snakemake --profile slurm": "tests/slurm/test_slurm.py",
    "dvc": "tests/dvc/test_dvc.py",
    "dvc pull": "it takes a remote; tests/dvc/test_dvc.py",
    "dvc gc": "it deletes",
    "dvc config": "it changes the reader's settings",
    "python benchmarks/gpu.py": "it takes a GPU; tests/unit/test_gpu_benchmark.py runs it on a CPU",
    "python workflow_scripts/adopt.py": "tests/dvc/test_dvc.py",
    "python workflow_scripts/record.py": "tests/dvc/test_dvc.py",
    "python workflow_scripts/render_dvc.py": "tests/dvc/test_dvc_in_step.py",
    "python workflow_scripts/render_envs.py": "tests/envs/test_envs_in_step.py",
    "python workflow_scripts/render_paper.py": "tests/unit/test_committed_results.py",
    "python workflow_scripts/render_results.py": "tests/unit/test_committed_results.py",
    "python workflow_scripts/render_settings.py": "tests/unit/test_reference.py",
    "python tests/faults/figures.py": ".ci/run",
    "python tests/faults/fuzz.py": "it takes Atheris, and runs until it is stopped",
    "regression-unlearning init": "tests/unit/test_cli.py",
    "regression-unlearning check": "tests/unit/test_cli.py",
    "regression-unlearning verify": "tests/unit/test_commands.py",
    "regression-unlearning forget": "tests/unit/test_request_commands.py",
    "regression-unlearning compare": "tests/unit/test_request_comparing.py",
    "regression-unlearning list-requests": "tests/unit/test_request_commands.py",
    "regression-unlearning verify-requests": "tests/unit/test_request_commands.py",
    "regression-unlearning purge": "tests/unit/test_request_purging.py",
}


def in_blocks(text):
    """The commands of a page's blocks, each as one line without its comment."""
    text = text.replace("\\\n", " ")
    fenced = r"^```(?:sh|bash|console)?\n(.*?)^```$"
    lines = "\n".join(re.findall(fenced, text, re.DOTALL | re.MULTILINE)).splitlines()
    lines += re.findall(r"^    (\S.*)$", text, re.MULTILINE)
    for line in lines:
        if re.match(WITH_VARIABLES, line):
            yield from re.split(r" && |; ", re.split(r"(?: {2,}|^)#", line)[0].strip())


def shown(text):
    """The commands of a page, those in its sentences too."""
    text = text.replace("\\\n", " ")
    yield from in_blocks(text)
    inline = re.sub(r"^```.*?^```$", "", text, flags=re.DOTALL | re.MULTILINE)
    for code in re.findall(r"`([^`]+)`", inline.replace("\n", " ")):
        if re.match(WITH_VARIABLES, code):
            yield from re.split(r" && ", re.sub(" +", " ", code))


def plain(command):
    """A command as words, without variables and `python3 -m uv run`."""
    words = [word for word in shlex.split(command) if not re.match(r"[A-Z_]+=", word)]
    if words[0] in {"python", "python3"}:
        words[0] = "python"
    if words[:3] == ["python", "-m", "uv"]:
        words = words[2:]
    if words[:2] == ["uv", "run"]:
        words = words[2:]
        while words and words[0].startswith("--"):
            words = words[2 if words[0] in {"--group", "--only-group"} else 1 :]
    return words


COMMANDS = sorted(
    {
        (page.name, command)
        for page in PAGES
        for command in shown(page.read_text(encoding="utf-8"))
        if len(plain(command)) > 1 or " ".join(plain(command)) in RUN_BY  # no name alone
    }
)


def by_program(program):
    """The words that follow a program's name, where some do, by page and command."""
    found = [(page, plain(one)) for page, one in COMMANDS]
    return [
        pytest.param(words[1:], id=f"{page}: {' '.join(words)[:70]}")
        for page, words in found
        if words[0] == program and len(words) > 1
    ]


def beginning(words):
    """The entry of `RUN_BY` that a command falls under."""
    text = " ".join(words)
    fitting = [one for one in RUN_BY if f"{text} ".startswith(f"{one} ")]
    return max(fitting, key=len, default=None)


def test_each_command_is_run_by_a_test_or_it_is_said_why_not():
    used = {beginning(plain(command)): f"{page}: {command}" for page, command in COMMANDS}
    assert used.pop(None, None) is None
    tests = {
        path for why in RUN_BY.values() for path in re.findall(r"(?:tests|\.ci)/[\w./]+\w", why)
    }
    assert [path for path in tests if not (ROOT / path).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=[page.name for page in PAGES])
def test_commands_work_as_they_are_written(page):
    """After README's first command no program but python3 is known to be on the PATH."""
    programs = {"python", "snakemake", "regression-unlearning", "dvc", "uv"}
    commands = [
        re.sub(r"^(?:[A-Z_]+=\S+ )+", "", one) for one in in_blocks(page.read_text("utf-8"))
    ]
    assert [
        one
        for one in commands
        if plain(one)[0] in programs and not one.startswith(("python3 -m uv ", "python3 -m pip "))
    ] == []


@pytest.mark.parametrize(("page", "command"), COMMANDS)
def test_files_that_a_command_names_are_there(page, command):
    paths = re.findall(
        r"(?:workflow_scripts|tests|examples|benchmarks|docs|\.ci)/[\w./-]+", command
    )
    assert [path for path in paths if not (ROOT / path).exists()] == []
    assert "..." not in command or command.startswith("export")


@pytest.mark.parametrize("words", by_program("snakemake"))
def test_snakemake_knows_options_targets_and_experiment(words, monkeypatch):
    from snakemake.cli import parse_args

    monkeypatch.chdir(ROOT)
    _, found = parse_args(words)
    settings = read_yaml(ROOT / "params.yaml")
    own = False
    for path in found.configfile or []:
        own |= not (ROOT / path).exists()
        settings = settings if own else overlaid(settings, read_yaml(ROOT / path))
    chosen = dict(one.split("=") for one in found.config or [])
    counts = {name for name, value in chosen.items() if value.isdecimal()}
    assert set(chosen) - counts <= {"experiment", "embedding"}
    assert counts <= {name for name, value in settings.items() if isinstance(value, int)}
    assert own or chosen.get("experiment", "demo") in [*settings["experiments"], *PLACEHOLDERS]
    assert chosen.get("embedding", "glove_6b_50d") in settings["embeddings"]
    rules = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "rules").glob("*.smk"))
    rules += (ROOT / "Snakefile").read_text(encoding="utf-8")
    outputs = [re.sub(r"\{\w+\}", r"[^/]+", one) for one in re.findall(r'"(\w+/\S*\{\S+)"', rules)]
    outputs.append(paths.search("[^/]+", "[^/]+"))
    for target in found.targets:
        files = "/" in target and any(re.fullmatch(one, target) for one in outputs)
        assert files or f"rule {target}:" in rules, target


@pytest.mark.parametrize("words", by_program("regression-unlearning"))
def test_the_console_command_understands_its_arguments(words):
    if words[1:]:
        cli.arguments().parse_args(words)
    else:
        assert words[0] in cli.arguments().format_help()


@pytest.mark.parametrize("words", by_program("dvc"))
def test_dvc_knows_the_command(words):
    from dvc.cli import parse_args

    parse_args(words)


@pytest.mark.parametrize("words", by_program("python"))
def test_a_script_knows_its_options(words):
    if words[0].endswith(".py"):
        text = (ROOT / words[0]).read_text(encoding="utf-8")
        assert [one for one in words if one.startswith("--") and f'"{one}"' not in text] == []
    else:
        assert words[:3] == ["-m", "pip", "install"]


@pytest.mark.parametrize("words", by_program("uv"))
def test_uv_knows_the_options(words):
    if (uv := shutil.which("uv")) is None:
        pytest.skip("uv is not in PATH")
    command = [word for word in words[:2] if not word.startswith((".", "-"))]
    told = subprocess.run(
        [uv, "help", *command[: 2 if command[0] == "pip" else 1]],
        capture_output=True,
        text=True,
        check=True,
    )
    assert [
        one for one in words if one.startswith("--") and one.split("=")[0] not in told.stdout
    ] == []


VERIFIED = sorted(
    {p.values[0][1] for p in by_program("regression-unlearning") if p.values[0][0] == "verify"}
)


@pytest.mark.parametrize("folder", [one for one in VERIFIED if one != "results/EXPERIMENT"])
def test_results_that_a_page_verifies_are_what_their_values_say(folder, monkeypatch, capsys):
    monkeypatch.chdir(ROOT)
    monkeypatch.setattr("sys.argv", ["regression-unlearning", "verify", folder])
    cli.main()
    assert "as the values say" in capsys.readouterr().out


@pytest.fixture(scope="module")
def clone(tmp_path_factory):
    """A fresh clone of the repository."""
    folder = tmp_path_factory.mktemp("fresh") / "clone"
    subprocess.run(["git", "clone", "--quiet", ROOT, folder], check=True)
    return folder


#: Without what a clone lacks: a cluster, files of the reader's, a package of examples/.
DRY = sorted(
    {
        tuple(param.values[0])
        for param in by_program("snakemake")
        if not re.search(r"--profile|--configfile|DATASET|requests/", " ".join(param.values[0]))
    }
)


@pytest.mark.slow
@pytest.mark.parametrize("words", DRY, ids=" ".join)
def test_a_dry_run_of_it_in_a_fresh_clone(words, clone):
    """Without a mirror, an experiment on files that no address has says that it takes one."""
    environment = {k: v for k, v in os.environ.items() if k != "REGRESSION_UNLEARNING_DATA_MIRROR"}
    done = subprocess.run(
        [sys.executable, "-m", "snakemake", "--dry-run", *words],
        cwd=clone, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    said = done.stdout + done.stderr
    assert "This was a dry-run" in said or "REGRESSION_UNLEARNING_DATA_MIRROR" in said, said
