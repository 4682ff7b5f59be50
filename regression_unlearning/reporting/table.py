"""A table as data, before it is written as Markdown, LaTeX or HTML."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import groupby

NOT_DEFINED = "—"
NOT_MEASURED = "not measured"


@dataclass(frozen=True)
class Cell:
    """One cell: our number, the paper's number, and the notes about ours."""

    text: str
    paper: str = ""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Row:
    """One row of a block.

    Parameters
    ----------
    group, label : str
        Texts of the two label columns; neighbouring rows may share a group.
    cells : tuple of Cell
        The numbers.
    goal : str
        The quantity's goal.
    after : tuple of str
        Texts of the columns after the numbers (the floor), which have no notes.
    notes : tuple of str
        Notes that hold for every number of the row.
    """

    group: str
    label: str
    cells: tuple[Cell, ...]
    goal: str = ""
    after: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def heading(self) -> str:
        """The label with its goal."""
        return f"{self.label} → {self.goal}" if self.goal else self.label

    @property
    def all_cells(self) -> tuple[Cell, ...]:
        """The numbers and the columns after them."""
        return (*self.cells, *(Cell(text) for text in self.after))


@dataclass(frozen=True)
class Block:
    """Rows under one heading (empty for the first block)."""

    title: str
    rows: tuple[Row, ...]

    @property
    def groups(self) -> list[tuple[str, list[Row]]]:
        """The rows, group by group."""
        return [(name, list(rows)) for name, rows in groupby(self.rows, key=lambda row: row.group)]


@dataclass(frozen=True)
class Table:
    """Blocks of rows under one header, with notes and a legend.

    Parameters
    ----------
    title, subtitle : str
        Title of the table, and its data.
    columns : tuple of str
        Titles of the two label columns, then one per cell.
    blocks : tuple of Block
        The rows.
    legend : tuple of (str, str)
        Term and meaning.
    general : tuple of str
        Notes on all rows, which have no mark in the cells.
    """

    title: str
    subtitle: str
    columns: tuple[str, ...]
    blocks: tuple[Block, ...]
    legend: tuple[tuple[str, str], ...] = ()
    general: tuple[str, ...] = ()

    @property
    def rows(self) -> tuple[Row, ...]:
        """All rows, block after block."""
        return tuple(row for block in self.blocks for row in block.rows)

    @cached_property
    def notes(self) -> tuple[str, ...]:
        """Every note once: the general ones, then the others in reading order."""
        notes = list(self.general)
        for row in self.rows:
            notes += [*row.notes, *(note for cell in row.cells for note in cell.notes)]
        return tuple(dict.fromkeys(notes))

    @property
    def numbered(self) -> tuple[str, ...]:
        """The notes as they are listed; a general one begins with "All rows"."""
        return tuple(f"All rows: {n}" if n in self.general else n for n in self.notes)

    def marks(self, notes: Iterable[str]) -> str:
        """The numbers of some notes, such as ``"1,3"``."""
        return ",".join(str(n) for n in sorted(self.notes.index(note) + 1 for note in notes))


def lifted(table: Table) -> Table:
    """Move notes shared by a row's numbers to its label, and by all rows below the table."""
    blocks = tuple(replace(b, rows=tuple(_lifted_row(row) for row in b.rows)) for b in table.blocks)
    table = replace(table, blocks=blocks)
    shared = _shared(row.notes for row in table.rows)
    blocks = tuple(
        replace(b, rows=tuple(replace(r, notes=_without(r.notes, shared)) for r in b.rows))
        for b in table.blocks
    )
    return replace(table, blocks=blocks, general=shared)


def _lifted_row(row: Row) -> Row:
    """Move the notes shared by all of a row's numbers to the row."""
    numbers = [cell.notes for cell in row.cells if not cell.text.startswith(("not ", NOT_DEFINED))]
    shared = _shared(numbers or [cell.notes for cell in row.cells if cell.text != NOT_DEFINED])
    cells = tuple(replace(cell, notes=_without(cell.notes, shared)) for cell in row.cells)
    return replace(row, cells=cells, notes=(*row.notes, *shared))


def _shared(several: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    """Notes that are in all of several lists, in the order of the first."""
    first, *others = list(several) or [()]
    return tuple(note for note in first if all(note in other for other in others))


def _without(notes: tuple[str, ...], gone: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(note for note in notes if note not in gone)
