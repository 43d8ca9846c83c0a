"""Showing what a second look found."""

from __future__ import annotations

from collections.abc import Sequence

from tillit.cli.output import count, heading, say, table
from tillit.run.residual import Place, ResidualReport, Residue

WHY = {Place.LEFT: "a row that is not the person's", Place.UNMAPPED: "nobody mapped this place"}
MOST_KEYS = 5
MOST_UNREAD = 8


def show_residual(report: ResidualReport) -> None:
    """Where identifiers of the person still stand, and what could not be looked into."""
    certain = [r for r in report.left if not r.only_shared]
    shared = [r for r in report.left if r.only_shared]
    if certain:
        heading("Found again: somebody must look at these")
        rows = [(_where(r), ", ".join(sorted(r.types)), f"{r.cells:,}", _keys(r), WHY[r.place]) for r in certain]
        table(("Where", "What", "Cells", "Keys of the rows", "Why it is there"), rows, (2,))
    if shared:
        cells = sum(r.cells for r in shared)
        say(
            "", f"[dim]Others have the same name, street or network: {count(cells, 'cell')} in {_places(shared)}.[/dim]"
        )
    _show_unread(report)
    looked = sum(scan.columns for scan in report.scans), sum(scan.rows for scan in report.scans)
    say("", f"[dim]Looked through {count(looked[0], 'column')} of {count(looked[1], 'row')}.[/dim]")


def _show_unread(report: ResidualReport) -> None:
    unread = [(scan.store, u) for scan in report.scans for u in scan.unread]
    if unread:
        heading("Not looked into")
        for store, one in unread[:MOST_UNREAD]:
            cells = f" ({count(one.cells, 'cell')})" if one.cells else ""
            say(f"• {store}.{one.table}{'.' * bool(one.column)}{one.column}: {one.why}{cells}")
        if len(unread) > MOST_UNREAD:
            say(f"[dim]and {len(unread) - MOST_UNREAD} more: --format json tells all.[/dim]")
    for type_, number in report.skipped.items():
        word = type_.replace("_", " ")
        plural = f"{word}es" if word.endswith("s") else f"{word}s"
        say(f"[dim]Too short or too common to look for: {count(number, word, plural)}.[/dim]")


def _where(residue: Residue) -> str:
    return f"{residue.store}.{residue.table}.{residue.column}"


def _keys(residue: Residue) -> str:
    told = [",".join(map(str, key)) for key in residue.keys[:MOST_KEYS]]
    more = " ..." if len(residue.keys) > MOST_KEYS else ""
    return ("; ".join(told) + more) or "-"


def _places(residues: Sequence[Residue]) -> str:
    return count(len({(r.store, r.table, r.column) for r in residues}), "column")
