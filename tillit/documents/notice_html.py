"""HTML of the documents: templates with autoescape, styles inside, no script, nothing from elsewhere."""

from __future__ import annotations

from functools import lru_cache

from jinja2 import Environment, PackageLoader, StrictUndefined

from tillit.documents.notice_blocks import Notice


@lru_cache(maxsize=1)
def templates() -> Environment:
    """The templates of `notice_data`, which are part of the program."""
    return Environment(
        loader=PackageLoader("tillit.documents", "notice_data"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )


def notice_html(notice: Notice) -> str:
    """The notice as one page: contents, a stable anchor for each clause and entry, print, light and dark."""
    changed = (notice.changes,) if notice.changes is not None else ()
    page = templates().get_template("notice.html")
    everything = (*changed, *notice.sections, notice.law)
    return page.render(notice=notice, everything=everything).lstrip()
