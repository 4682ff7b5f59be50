"""dvc.yaml says what the rules and the settings say."""

import re
import subprocess
import sys
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[2]
CHAIN = [path for path in ROOT.glob("rules/*.smk") if path.name != "tune.smk"]  # no step of it


def test_dvc_yaml_is_in_step():
    command = [sys.executable, "workflow_scripts/render_dvc.py", "--check"]
    done = subprocess.run(command, check=False, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_target_and_every_rules_file_has_a_stage():
    stages = yaml.safe_load((ROOT / "dvc.yaml").read_text())["stages"]
    called = {stage["cmd"][-1].split()[-1] for stage in stages.values()}
    targets = set(re.findall(r"^rule (all_\w+):", (ROOT / "Snakefile").read_text(), re.MULTILINE))
    assert called == targets
    named = {dep for stage in stages.values() for dep in stage["deps"] if dep.startswith("rules/")}
    assert {f"rules/{path.name}" for path in CHAIN} <= named


def test_outs_are_kept_and_copied():
    stages = yaml.safe_load((ROOT / "dvc.yaml").read_text())["stages"]
    outs = [out for stage in stages.values() for out in stage["outs"]]
    assert all(values == {"persist": True} for out in outs for values in out.values())
    assert "type = copy" in (ROOT / ".dvc/config").read_text()


def test_everything_that_a_rule_makes_is_in_an_out():
    stages = yaml.safe_load((ROOT / "dvc.yaml").read_text())["stages"]
    outs = [path for stage in stages.values() for out in stage["outs"] for path in out]
    outs = [path.replace("${experiment}", "{experiment}") for path in outs]
    for rules in CHAIN:
        for block in re.findall(r"\n    output:\n((?: {8}.*\n)+)", rules.read_text()):
            for path in re.findall(r'"([\w/{}.]+/[\w/{}.]+)"', block):
                if not path.startswith("captions/"):
                    assert any(path.startswith(f"{out}/") for out in outs), (rules.name, path)
