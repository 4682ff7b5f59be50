"""What the site holds beside docs/: README as its first page, files that pages link to, the API."""

import re
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "regression_unlearning"
LINK = re.compile(r"(?<=\]\()(\.\./)([^)#:]+)")
SHOWN = {".png", ".html"}


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the first page, a page of the API for each subpackage, and the files linked to."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    texts = [re.sub(r"(?<=\]\()(?!https?:|#)(?!docs/)", "../", readme).replace("](docs/", "](")]
    files.append(File.generated(config, "index.md", content=texts[0]))
    for folder in [PACKAGE, *sorted(path.parent for path in PACKAGE.glob("*/__init__.py"))]:
        found = sorted(folder.glob("*.py") if folder == PACKAGE else folder.rglob("*.py"))
        paths = [path.relative_to(ROOT).with_suffix("") for path in found]
        name = "library" if folder == PACKAGE else folder.name
        title = f"# {'.'.join(folder.relative_to(ROOT).parts)}"
        parts = [f"::: {'.'.join(path.parts)}" for path in paths if path.stem != "__init__"]
        files.append(File.generated(config, f"api/{name}.md", content="\n\n".join([title, *parts])))
    texts += [path.read_text(encoding="utf-8") for path in sorted((ROOT / "docs").glob("*.md"))]
    linked = {link[1].rstrip("/") for text in texts for link in LINK.findall(text)}
    for path in sorted(linked):
        if (ROOT / path).is_file():
            uri = _published(path)
            files.append(File.generated(config, uri, content=(ROOT / path).read_bytes()))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Lead links out of docs/ to the copies that the site holds; a folder stays plain text."""
    text = re.sub(
        r"\[([^\]]+)\]\(\.\./([^)#:]+)\)",
        lambda found: found[0] if (ROOT / found[2]).is_file() else found[1],
        markdown,
    )
    return LINK.sub(lambda found: _published(found[2]), text)


def _published(path: str) -> str:
    """Where the site holds a file of the repository: text under a name that a browser shows."""
    return f"files/{path}" if Path(path).suffix in SHOWN else f"files/{path}.txt"
