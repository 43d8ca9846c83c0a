"""Showing who was found, and what would go of them: what commands about one person share."""

from __future__ import annotations

from collections.abc import Sequence

from tillit.cli.output import heading, say, table
from tillit.run.identify import Ambiguous, Match
from tillit.run.observe import Observed


def show_found(matches: Sequence[Match], ambiguous: Sequence[Ambiguous]) -> None:
    """Who was found and why, and who may be the same."""
    if not matches:
        say("", "[bold]Nobody found.[/bold] No store holds a person with these identifiers.")
    else:
        heading("Who was found")
        for match in matches:
            say(f"[green]✓[/green] {match.reason}")
    if ambiguous:
        heading("Not included: a person must decide")
        for doubt in ambiguous:
            say(f"[yellow]?[/yellow] {doubt.reason}:")
            for one in doubt.people:
                if all(match.person != one for match in matches):
                    key = ",".join(map(str, one.key))
                    say(f"    {one.store}.{one.table}={key}")
        say("[dim]Is one of them the same person? Add it with --person STORE.TABLE=KEY.[/dim]")


def show_going(title: str, stores: Sequence[Observed]) -> None:
    """What a sweep of the person would do, table by table."""
    rows = []
    for store in stores:
        for name, tally in sorted(store.tallies.items()):
            if tally.total:
                cells = sum(tally.replaced.values()) + sum(tally.coarsened.values())
                numbers = (tally.deleted, cells, sum(tally.cut.values()))
                rows.append((f"{store.store}.{name}", *(f"{n:,}" if n else "-" for n in numbers)))
    heading(title)
    if rows:
        table(("Table", "Rows deleted", "Values cleared", "Links cut"), rows, (1, 2, 3))
    else:
        say("Nothing.")
