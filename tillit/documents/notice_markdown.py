"""The notice as Markdown (CommonMark, with tables). Text of the policy means nothing but itself in it."""

from __future__ import annotations

from collections.abc import Iterator

from tillit.documents.notice_blocks import Block, Bullets, Facts, Grid, Inline, Link, Notice, Para, Section
from tillit.documents.notice_text import markdown


def notice_markdown(notice: Notice) -> str:
    """The whole notice."""
    lines = [
        f"# {markdown(notice.title)}",
        "",
        markdown(" · ".join(notice.dated)),
        "",
        f"## {notice.words['contents']}",
        "",
    ]
    everything = ((notice.changes,) if notice.changes is not None else ()) + (*notice.sections, notice.law)
    for section in everything:
        indent = "  " * (section.depth - 1)
        lines.append(f"{indent}- [{_heading(section)}](#{section.anchor})")
    for section in everything:
        lines += ["", *_section(section)]
    return "\n".join(lines) + "\n"


def _heading(section: Section) -> str:
    return markdown(f"{section.number} {section.title}".strip())


def _section(section: Section) -> Iterator[str]:
    yield f'<a id="{section.anchor}"></a>'
    yield ""
    yield f"{'#' * (1 + min(section.depth, 2))} {_heading(section)}"
    for entry in section.entries:
        yield ""
        if entry.title:
            yield f'<a id="{entry.anchor}"></a>'
            yield ""
            yield f"#### {markdown(entry.title)}"
        for block in entry.blocks:
            yield ""
            yield from _block(block)


def _block(block: Block) -> Iterator[str]:
    match block:
        case Para():
            yield _inline(block.text)
        case Bullets():
            yield from (f"- {_inline(item)}" for item in block.items)
        case Facts():
            yield from (f"- **{markdown(f.label)}:** {' '.join(_inline(v) for v in f.values)}" for f in block.rows)
        case Grid():
            yield _row(tuple(markdown(h) for h in block.head))
            yield _row(("---",) * len(block.head))
            yield from (_row(tuple(_inline(c) for c in row)) for row in block.rows)


def _row(cells: tuple[str, ...]) -> str:
    return f"| {' | '.join(cells)} |"


def _inline(parts: Inline) -> str:
    return "".join(_link(part) if isinstance(part, Link) else markdown(part) for part in parts)


def _link(link: Link) -> str:
    return f"[{markdown(link.text)}](<{link.href}>)"
