"""What a program reaches, read from its source."""

import ast
import re
import time

import pytest

from regression_unlearning.pipeline import fingerprints
from regression_unlearning.pipeline.fingerprints import Sources, changed, fingerprint
from regression_unlearning.provenance import PACKAGE

FILES = {
    "__init__.py": "",
    "a.py": "from pkg import b\nfrom pkg.c import used as also\nimport pkg.d as d\n\n"
    "def f():\n    return b.g() + also()\n\ndef unused():\n    return d.h()\n\n"
    "def late():\n    from pkg.e import inside\n    return inside\n\n"
    "def whole(x):\n    return getattr(b, x)\n",
    "b.py": "X = 1\n\ndef g():\n    return X\n\ndef other():\n    return 2\n",
    "c.py": "from .deep.low import used\nfrom pkg.star import *\nRAN = register()\nregister()\n",
    "d.py": "def h():\n    return 1\n",
    "e.py": "from pkg import a\n\ndef inside():\n    return a.f()\n",
    "star.py": "S = 1\n",
    "deep/__init__.py": "",
    "deep/low.py": "from ..b import other\n\ndef used():\n    return other()\n",
    "tried.py": "try:\n    from pkg.d import h\nexcept ImportError:\n    h = None\n\n"
    "def t():\n    return h()\n",
    "front.py": "def __getattr__(name):\n    return made(name)\n\n"
    "def made(name):\n    return name\n",
    "asks.py": "from pkg.front import anything\n\ndef q():\n    return anything\n",
    "kinds.py": "from pkg.b import g\n\nclass Base:\n    def m(self):\n        return g()\n\n"
    "class Own(Base):\n    field: int = 1\n\nTABLE = {'own': Own}\n",
}


@pytest.fixture
def package(tmp_path):
    for name, text in FILES.items():
        path = tmp_path / "pkg" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return tmp_path / "pkg"


def reached(package, *roots):
    targets = [(root.partition(":")[0], root.partition(":")[2] or None) for root in roots]
    return set(Sources({"pkg": package}).reached(targets))


@pytest.mark.parametrize(
    ("root", "found"),
    [
        ("pkg.b:g", {"pkg.b:g", "pkg.b:X"}),
        ("pkg.a:f", {"pkg.a:f", "pkg.b:g", "pkg.b:X", "pkg.b:other", "pkg.c:<body>",
                     "pkg.deep.low:used"}),
        ("pkg.a:unused", {"pkg.a:unused", "pkg.d:h", "pkg.c:<body>"}),
        ("pkg.a:late", {"pkg.a:late", "pkg.e:inside", "pkg.a:f", "pkg.b:g", "pkg.b:X",
                        "pkg.b:other", "pkg.c:<body>", "pkg.deep.low:used"}),
        ("pkg.a:whole", {"pkg.a:whole", "pkg.b:X", "pkg.b:g", "pkg.b:other", "pkg.c:<body>"}),
        ("pkg.tried:t", {"pkg.tried:t", "pkg.d:h", "pkg.tried:h"}),
        ("pkg.asks:q", {"pkg.asks:q", "pkg.front:__getattr__", "pkg.front:made"}),
        ("pkg.kinds:TABLE", {"pkg.kinds:TABLE", "pkg.kinds:Own", "pkg.kinds:Base", "pkg.b:g",
                             "pkg.b:X"}),
        ("pkg.d", {"pkg.d:h"}),
        ("pkg.deep.low", {"pkg.deep.low:used", "pkg.b:other"}),
    ],
)  # fmt: skip
def test_what_is_reached(package, root, found):
    got = reached(package, root)
    assert got == found


def test_an_edit_shows_in_what_reaches_it_alone(package):
    def prints():
        return {
            root: Sources({"pkg": package}).reached([("pkg.a", root)]) for root in ("f", "unused")
        }

    before = prints()
    low = package / "deep/low.py"
    low.write_text(low.read_text("utf-8").replace("other()", "other() + 1"), encoding="utf-8")
    after = prints()
    assert after["unused"] == before["unused"] and after["f"] != before["f"]
    assert changed(
        *("".join(f"{name} {sha}\n" for name, sha in one["f"].items()) for one in (before, after))
    ) == ["pkg.deep.low:used"]


def test_a_program_counts_as_a_whole(package, tmp_path):
    program = tmp_path / "run.py"
    program.write_text("from pkg.b import g\n\nif __name__ == '__main__':\n    print(g())\n")
    text = fingerprint("pkg", package, [], program)
    assert [line.split()[0] for line in text.splitlines()] == [
        "pkg.b:X",
        "pkg.b:g",
        "run.py:<body>",
    ]
    assert fingerprint("pkg", package, [], program) == text


def test_a_plug_in_is_read_and_not_imported(tmp_path, monkeypatch):
    package = tmp_path / "plugged"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "method.py").write_text(
        "from plugged import part\nraise RuntimeError\n\ndef unlearn():\n    return part.p\n"
    )
    (package / "part.py").write_text("p = 1\n")
    monkeypatch.syspath_prepend(tmp_path)
    text = fingerprint("regression_unlearning", PACKAGE, ["plugged.method:unlearn"])
    assert {"plugged.method:unlearn", "plugged.part:p"} <= {
        line.split()[0] for line in text.splitlines()
    }


L = "regression_unlearning"
FRONT = re.compile(r"^from regression_unlearning import (.+)$", re.MULTILINE)


@pytest.mark.parametrize(
    ("root", "reaches", "not_reached"),
    [
        (f"{L}.training.session:Session", ["training.task:Task", "training.fit:fit",
         "training.runs:Run", "data.prepared:load_prepared"],
         ["settings.wording:lines", "settings.wording:SAID", "errors:unknown",
          "training.observe:observe", "evaluation.values:Value"]),
        (f"{L}.methods.salun:unlearn", ["methods.gaussian_amnesiac:relabelled"],
         ["methods.blindspot:unlearn", "settings.search:FIT"]),
        (f"{L}.evaluation.tow:measure", ["evaluation.errors:error"],
         ["evaluation.attacks:attack", "training.fit:fit"]),
        (f"{L}.data.families.images.batch:Inputs", ["data.families.images.augmentation:cut"],
         ["data.families.images.decoding:decode_all"]),
    ],
)  # fmt: skip
def test_the_library_itself(root, reaches, not_reached):
    text = fingerprint(L, PACKAGE, [root])
    found = {line.split()[0].removeprefix(f"{L}.") for line in text.splitlines()}
    assert set(reaches) <= found and not set(not_reached) & found


def test_modules_are_imported_by_computed_names_where_roots_are_given_alone():
    """Fingerprints cannot see such an import: whoever adds one names its modules as roots."""
    known = {"__init__.py", "registry.py"}
    found = set()
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            name = ast.unparse(node.func) if isinstance(node, ast.Call) else ""
            if re.search(r"(^|\.)(import_module|__import__)$", name):
                constant = node.args and isinstance(node.args[0], ast.Constant)
                if not constant:
                    found.add(path.relative_to(PACKAGE).as_posix())
    assert found == known
    # what the package's front door imports by name is used by no program and by no module
    for path in (*PACKAGE.rglob("*.py"), *(PACKAGE.parent / "workflow_scripts").glob("*.py")):
        names = re.findall(
            r"^from regression_unlearning import (.+)$", path.read_text("utf-8"), re.M
        )
        for name in (one.strip(" ()") for line in names for one in line.split(",")):
            module = PACKAGE / name.split(" as ")[0]
            assert module.is_dir() or module.with_suffix(".py").is_file() or name == "__version__"


def test_it_is_quick():
    """All of the library at once, as if nothing was read yet: a dry run waits for it."""
    begun = time.process_time()
    for path in PACKAGE.rglob("*.py"):
        ast.parse(path.read_text(encoding="utf-8"))
    parsing = time.process_time() - begun
    fingerprints._sources.cache_clear()
    begun = time.process_time()
    modules = [
        ".".join([L, *path.relative_to(PACKAGE).with_suffix("").parts]).removesuffix(".__init__")
        for path in PACKAGE.rglob("*.py")
    ]
    text = fingerprint(L, PACKAGE, modules)
    assert len(text.splitlines()) > 500
    assert time.process_time() - begun < 40 * parsing  # 11 times it when written
