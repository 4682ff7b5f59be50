"""Shells and Pythons of strangers: what a user's machine may hold that this one does not."""

import sysconfig
import venv
from pathlib import Path

#: Variables that a stranger's shell may set, all at once.
VARIABLES = {
    "MPLBACKEND": "module://matplotlib_inline.backend_inline",
    "LC_ALL": "C",
    "PYTHONUTF8": "0",
    "PYTHONCOERCECLOCALE": "0",
    "PIP_FIND_LINKS": "/nowhere",
    "UV_FIND_LINKS": "/nowhere",
    "UV_INDEX": "file:///nowhere/simple",
}
#: A folder's name that shells, URLs and format strings each read in their own way.
FOLDER = """a b'c"d{e}"""
#: A user's own files that bear the names of modules.
OWN = ("inspect.py", "random.py", "torch.py", "yaml.py")


def without(environment: dict[str, str], *names: str) -> dict[str, str]:
    """An environment without some variables."""
    return {name: value for name, value in environment.items() if name not in names}


def own_files(folder: Path) -> None:
    """Put a user's own files into a folder: whoever imports one stops."""
    for name in OWN:
        text = f"raise SystemExit('a user\\'s own {name} was taken for a module')\n"
        (folder / name).write_text(text, encoding="utf-8")


def bare_python(folder: Path) -> Path:
    """Make a Python that has this one's packages, but not this project; give its path."""
    venv.EnvBuilder(symlinks=True, with_pip=False).create(folder)
    scheme = {"base": str(folder), "platbase": str(folder)}
    site = Path(sysconfig.get_path("purelib", "venv", scheme))
    for path in Path(sysconfig.get_path("purelib")).iterdir():
        if "regression_unlearning" not in path.name and not (site / path.name).exists():
            (site / path.name).symlink_to(path)
    for name in ("snakemake", "dvc"):
        text = (Path(sysconfig.get_path("scripts")) / name).read_text(encoding="utf-8")
        body = text.partition("# -*- coding")[2]
        line = f"""#!/bin/sh\n'''exec' "{folder}/bin/python" "$0" "$@"\n' '''\n# -*- coding{body}"""
        (folder / "bin" / name).write_text(line, encoding="utf-8")
        (folder / "bin" / name).chmod(0o755)
    return folder / "bin" / "python"
