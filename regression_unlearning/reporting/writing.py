"""Tables as Markdown and LaTeX; the same table gives the same text."""

from jinja2 import Environment, PackageLoader, StrictUndefined
from tabulate import tabulate

from regression_unlearning.reporting.table import Cell, Table

_MARKDOWN = str.maketrans({"|": r"\|", "<": "&lt;", "*": r"\*", "`": r"\`", "\n": " "})
_LATEX = str.maketrans(
    {
        "\\": r"\textbackslash{}",
        **{sign: "\\" + sign for sign in "&%$#_{}"},
        "~": r"\textasciitilde{}",
        "^": r"\textasciicircum{}",
        "|": r"\textbar{}",
        "<": r"\textless{}",
        ">": r"\textgreater{}",
        "▲": r"$\blacktriangle$",
        "▼": r"$\blacktriangledown$",
        "≈": r"$\approx$",
        "≥": r"$\geq$",
        "≤": r"$\leq$",
        "→": r"$\rightarrow$",
        "↑": r"$\uparrow$",
        "↓": r"$\downarrow$",
        "λ": r"$\lambda$",
        "×": r"$\times$",
        "—": "---",
    }
)


def as_markdown(table: Table) -> str:
    """The table as GitHub-flavoured Markdown, with numbered notes and the legend below."""
    parts = [f"# {_md(table.title)}", _md(table.subtitle)]
    for block in table.blocks:
        parts += [f"## {_md(block.title)}"] if block.title else []
        rows = [
            [
                _md(group) if row is rows[0] else "",
                _md(row.heading) + _sup(table.marks(row.notes)),
                *(_md(_text(cell)) + _sup(table.marks(cell.notes)) for cell in row.all_cells),
            ]
            for group, rows in block.groups
            for row in rows
        ]
        head = [_md(name) for name in table.columns]
        parts.append(tabulate(rows, head, tablefmt="pipe", disable_numparse=True))
    if table.numbered:
        notes = "\n".join(f"{n}. {_md(note)}" for n, note in enumerate(table.numbered, 1))
        parts += ["## Notes", notes]
    legend = "\n".join(f"- **{_md(term)}**: {_md(meaning)}" for term, meaning in table.legend)
    return "\n\n".join([*parts, "## How to read it", legend]) + "\n"


def rows_as_markdown(table: Table) -> str:
    """The rows of a table as Markdown, without groups, notes and legend."""
    rows = [
        [_md(row.label), *(_md(_text(cell)) for cell in row.all_cells)]
        for block in table.blocks
        for row in block.rows
    ]
    head = [_md(name) for name in table.columns[1:]]
    return tabulate(rows, head, tablefmt="pipe", disable_numparse=True)


def as_latex(table: Table) -> str:
    """The table as a LaTeX float (packages amssymb, booktabs, graphicx)."""
    environment = Environment(
        loader=PackageLoader(__package__, "."),
        block_start_string="<%",
        block_end_string="%>",
        variable_start_string="<<",
        variable_end_string=">>",
        comment_start_string="<#",
        comment_end_string="#>",
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        undefined=StrictUndefined,
        finalize=lambda value: str(value).translate(_LATEX),
    )
    return environment.get_template("table.tex.j2").render(table=table)


def _text(cell: Cell) -> str:
    return f"{cell.text} (paper {cell.paper})" if cell.paper else cell.text


def _md(text: str) -> str:
    return text.translate(_MARKDOWN)


def _sup(marks: str) -> str:
    return f" <sup>{marks}</sup>" if marks else ""
