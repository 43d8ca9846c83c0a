"""`tillit recall`: who owns a product, and how they are reached."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from tillit.cli.options import Format, FormatOption, NowOption, ProjectOption, opened
from tillit.cli.output import as_json, count, heading, say, table, working
from tillit.cli.person_json import person_json
from tillit.service.recall import Owner, Recalled
from tillit.service.recall import recall as owners_of

ProductArgument = Annotated[str, typer.Argument(help="The product, as the stores name it.", metavar="PRODUCT")]
PromotionOption = Annotated[
    str, typer.Option("--promotion", help="Refused: a recall carries no promotion.", metavar="TEXT")
]


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command()(recall)


def recall(
    product: ProductArgument,
    promotion: PromotionOption = "",
    project: ProjectOption = Path("."),
    format_: FormatOption = Format.TEXT,
    now: NowOption = "",
) -> None:
    """Who owns a product that is recalled, unsubscribed people too, and how to reach them. Nothing is sent."""
    with opened(project, now) as at, working("Looking"):
        found = owners_of(at.project, at.memory, at.stores, product, promotion, at.now)
    if format_ is Format.JSON:
        as_json(_json(found))
        return
    heading("Owners")
    if found.owners:
        table(("Who", "How to reach them", "Notes"), [_row(owner) for owner in found.owners])
    else:
        say("Nobody.")
    if found.unowned:
        say("", f"[yellow]{count(found.unowned, 'row')} with the product and without an owner.[/yellow]")
    say("", "[dim]A safety message goes to unsubscribed people too, and carries no promotion.[/dim]")


def _row(owner: Owner) -> tuple[str, str, str]:
    who = f"{owner.person.store}.{owner.person.table}={','.join(map(str, owner.person.key))}"
    ways = "; ".join(escape(f"{kind}: {', '.join(values)}") for kind, values in owner.ways.items())
    notes = [word for word in ("unsubscribed", "restricted") if getattr(owner, word)]
    return escape(who), ways or "[red]none[/red]", ", ".join(notes) or "-"


def _json(found: Recalled) -> dict[str, object]:
    return {
        "owners": [
            {
                **person_json(o.person),
                "ways": o.ways,
                "reachable": o.reachable,
                "unsubscribed": o.unsubscribed,
                "restricted": o.restricted,
            }
            for o in found.owners
        ],
        "rows": found.rows,
        "unowned": found.unowned,
    }
