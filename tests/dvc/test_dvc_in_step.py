"""dvc.yaml says what the rules and the settings say."""

import re
import subprocess
import sys
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[2]
NO_STEPS = ("tune.smk", "forget.smk")  # of the chain
CHAIN = [path for path in ROOT.glob("rules/*.smk") if path.name not in NO_STEPS]


def test_dvc_yaml_is_in_step():
    command = [sys.executable, "workflow_scripts/render_dvc.py", "--check"]
    done = subprocess.run(command, check=False, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_target_and_every_rules_file_has_a_stage():
    stages = yaml.safe_load((ROOT / "dvc.yaml").read_text(encoding="utf-8"))["stages"]
    called = {stage["cmd"].split()[-1] for stage in stages.values()}
    targets = set(
        re.findall(
            r"^rule (all_\w+):", (ROOT / "Snakefile").read_text(encoding="utf-8"), re.MULTILINE
        )
    )
    # what unlearns also observes: one stage makes both
    assert called == targets - {"all_unlearned", "all_tuned"}
    code = {"Snakefile", "rules", "workflow_scripts", "regression_unlearning"}
    assert all(code <= set(stage["deps"]) for stage in stages.values())


def test_dvc_yaml_is_read_in_a_minute():
    lines = (ROOT / "dvc.yaml").read_text(encoding="utf-8").splitlines()
    assert len(lines) <= 150 and max(map(len, lines)) <= 120


def test_outs_are_kept_and_copied():
    stages = yaml.safe_load((ROOT / "dvc.yaml").read_text(encoding="utf-8"))["stages"]
    outs = {
        path: flags
        for stage in stages.values()
        for out in stage["outs"]
        for path, flags in out.items()
    }
    results = outs.pop("results/${experiment}")
    assert results == {"persist": True, "cache": False}  # git keeps them
    assert all(flags == {"persist": True} for flags in outs.values())
    assert "type = copy" in (ROOT / ".dvc/config").read_text(encoding="utf-8")


def test_dvc_takes_results_that_git_tracks():
    """An out that DVC caches must not be in git: `dvc repro` ends with an error there."""
    tracked = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout.splitlines()
    stages = yaml.safe_load((ROOT / "dvc.yaml").read_text(encoding="utf-8"))["stages"]
    for stage in stages.values():
        for out in stage["outs"]:
            for path, flags in out.items():
                inside = [name for name in tracked if name.startswith(path.split("$")[0])]
                assert not inside or flags.get("cache") is False, (path, inside)


def test_everything_that_a_rule_makes_is_in_an_out():
    stages = yaml.safe_load((ROOT / "dvc.yaml").read_text(encoding="utf-8"))["stages"]
    outs = [path for stage in stages.values() for out in stage["outs"] for path in out]
    outs = [path.replace("${experiment}", "{experiment}") for path in outs]
    for rules in CHAIN:
        for block in re.findall(
            r"\n    output:\n((?: {8}.*\n)+)", rules.read_text(encoding="utf-8")
        ):
            for path in re.findall(r'"([\w/{}.]+/[\w/{}.]+)"', block):
                if not path.startswith("captions/"):
                    assert any(path.startswith(f"{out}/") for out in outs), (rules.name, path)


def test_adopt_makes_every_result_again():
    text = (ROOT / "workflow_scripts/adopt.py").read_text(encoding="utf-8")
    named = re.search(r"^REPORTING = \((.*)\)$", text, re.MULTILINE)[1]
    rules = re.findall(
        r"^rule (\w+):", (ROOT / "rules/report.smk").read_text(encoding="utf-8"), re.MULTILINE
    )
    assert re.findall(r'"(\w+)"', named) == rules
