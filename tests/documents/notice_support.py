"""Policies to write documents of: the example's, and one whose every text is hostile."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Mapping
from datetime import UTC, date, datetime
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from tests.support.availability import unavailable
from tests.support.repository import ROOT
from tillit.model.policy import Policy
from tillit.model.source import Position
from tillit.policy.parse import parse_policy
from tillit.service.render_translations import read_translations

EXAMPLE = ROOT / "examples" / "qualisys"
TODAY = date(2026, 11, 23)
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
HOSTILE = (
    "=HYPERLINK(\"http://evil.example\")<script>alert('x')</script>\"'><img src=x onerror=alert(1)>"
    "\u202e\u2066\u0000\u0007\u200b[x](javascript:alert(1))`{{7*7}}|a|\n# {0} {name}"
)
SENT = ("name", "title", "means", "contact", "address", "email", "consequence", "policy_url", "website", "channel")


def policy(name: str = "policy") -> Policy:
    return parse_policy(f"{name}.yaml", (EXAMPLE / f"{name}.yaml").read_text(encoding="utf-8"))


def swedish() -> Mapping[str, str]:
    return read_translations(EXAMPLE, "sv")


def poisoned() -> Policy:
    """The example, with HOSTILE after every text that is no code word, and as every name, address and website."""
    found: Policy = _poison(policy(), "")
    return found


def _poison(value: Any, word: str) -> Any:
    if isinstance(value, Position) or value is None:
        return value
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        said = {f.name: _poison(getattr(value, f.name), f.name) for f in dataclasses.fields(value) if f.name != "at"}
        if hasattr(value, "name") and not hasattr(value, "timezone"):
            said["name"] = value.name  # the key under which others find it
        return dataclasses.replace(value, **said)
    if isinstance(value, Mapping):
        if word in ("places", "forms"):
            return value
        return {k: v + HOSTILE if isinstance(v, str) else _poison(v, word) for k, v in value.items()}
    if isinstance(value, tuple):
        return tuple(_poison(v, word) for v in value) if word in ("names", "how", "activities", "leaves_by") else value
    return f"{HOSTILE}{value}" if isinstance(value, str) and word in _TEXTS else value


_TEXTS = {
    *SENT, "reference", "basis_reference", "agreement", "approved_by", "owner", "copy", "names", "how", "activities",
    "leaves_by", "changes_told", "version", "supersedes", "logic", "organisation_number", "telephone", "text",
}  # fmt: skip


class Tags(HTMLParser):
    """The tags and attributes of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str, str]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]

    @property
    def ids(self) -> list[str]:
        return [value for _, name, value in self.attributes if name == "id"]

    @property
    def links(self) -> list[str]:
        return [value for _, name, value in self.attributes if name == "href"]


def harmless(page: str) -> Tags:
    """The tags of a page, once nothing in it can run, load or turn the reading round."""
    seen = Tags(page)
    assert not seen.tags & {"script", "img", "iframe", "object", "embed", "form", "link", "base", "svg", "input"}
    assert [a for a in seen.attributes if a[1].startswith("on") or a[1] in ("src", "srcset", "style")] == []
    assert [x for x in seen.links if not x.startswith(("#", "https://", "http://", "mailto:"))] == []
    assert not any(c in page for c in "\u202e\u2066\u0000\u0007\u200b")
    assert "evil.example" not in "".join(seen.links)
    assert len(seen.ids) == len(set(seen.ids))
    assert [x for x in seen.links if x.startswith("#") and x[1:] not in seen.ids] == []
    return seen


def vocabularies() -> Path:
    """Term tables and schemas to test against: `TILLIT_VOCABULARIES`, or ../shared/vocabularies beside the checkout, or
    beside the folder of `TILLIT_REALDATA`. They are not ours to put into the project: without them, a counted skip.
    """
    beside = Path(os.environ.get("TILLIT_REALDATA") or ROOT.parent / "shared" / "realdata").parent / "vocabularies"
    folder = Path(os.environ.get("TILLIT_VOCABULARIES") or beside)
    if not (folder / "dpv.csv").is_file():
        if "TILLIT_VOCABULARIES" in os.environ:
            unavailable("TILLIT_VOCABULARIES names a folder that holds no vocabularies")
        pytest.skip("the vocabularies are not here; name their folder in TILLIT_VOCABULARIES")
    return folder
