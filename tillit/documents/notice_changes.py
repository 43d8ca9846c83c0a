"""What changed since an earlier policy, in words for people: of the facts of `diff`, those that a notice tells."""

from __future__ import annotations

from tillit.documents import notice_words as w
from tillit.documents.notice_blocks import Bullets, Entry, Inline, Para, Section
from tillit.documents.notice_language import Language
from tillit.documents.notice_text import clean
from tillit.model.policy import Policy
from tillit.policy.diff import Change, ChangeKind, diff
from tillit.policy.elements import element
from tillit.policy.periods import parse_period

# What the machinery and the office need, and no reader of a notice.
_SILENT = {
    "clause",
    "dpv",
    "tolerance",
    "balancing",
    "timezone",
    "version",
    "effective_from",
    "supersedes",
    "reference",
}
_KINDS = ("type of information", "kind of person", "purpose", "event", "clause")


def changes(old: Policy, new: Policy, language: Language) -> Section:
    """The section that tells what changed, in the order of the new policy."""
    version = clean(old.notice.version) if old.notice is not None else ""
    intro = language.say("notice.changed_since", version=version) if version else language.say("notice.changed_plain")
    found: dict[str, dict[str, list[str]]] = {"added": {}, "removed": {}, "changed": {}}
    for change in diff(old, new):
        if change.part in _SILENT or change.subject.startswith(
            ("event ", "clause ", "notice", "security ", "storage ")
        ):
            continue
        kind, title = _what(old, new, change, language)
        whole = change.kind in (ChangeKind.ADDED, ChangeKind.REMOVED)
        if whole:
            found[change.kind.value].setdefault(kind, []).append(title)
        else:
            found["changed"].setdefault(f"{title} ({kind})" if title else kind, []).append(_told(change, language))
    entries = [Entry("changes-intro", "", (Para((intro,)),))]
    for way, groups in found.items():
        items = tuple(_line(name, told, "; " if way == "changed" else " · ") for name, told in groups.items())
        if items:
            entries.append(Entry(f"changes-{way}", language.say(f"change.{way}"), (Bullets(items),)))
    if len(entries) == 1:
        entries = [Entry("changes-intro", "", (Para((intro + " " + language.say("notice.unchanged"),)),))]
    return Section("changes", "", language.say("notice.changed"), tuple(entries))


def _line(name: str, told: list[str], joint: str) -> Inline:
    return (f"{w.capital(name)}: {joint.join(dict.fromkeys(told))}",)


def _what(old: Policy, new: Policy, change: Change, language: Language) -> tuple[str, str]:
    """(`use`, `Send newsletters`)."""
    kind = next((k for k in _KINDS if change.subject.startswith(f"{k} ")), change.subject.partition(" ")[0])
    name = change.subject.removeprefix(kind).strip()
    title = ""
    for policy in (new, old):
        match kind:
            case "type of information":
                title = title or policy.categories.get(name, "")
            case "kind of person":
                title = title or (policy.people[name].title if name in policy.people else "")
            case _:
                section = {"purpose": "purposes"}.get(kind, kind)
                entry = element(policy, ".".join((section, *name.split())))
                title = title or getattr(entry, "title", "") or ""
                if section == "information":
                    title = title or policy.categories.get(name, "")
    told = language.own(title) or clean(name.rpartition(" ")[2].replace("_", " "))
    known = language.word("kind", kind) if language.knows("kind", kind) else language.say("kind.other")
    return known, told if kind != "controller" else ""


def _told(change: Change, language: Language) -> str:
    known = language.knows("part", change.part)
    part = language.word("part", change.part) if known else language.say("part.other")
    match change.kind:
        case ChangeKind.LONGER | ChangeKind.SHORTER:
            before, after = _period(change.before, language), _period(change.after, language)
            return language.say(f"change.{change.kind.value}", before=before, after=after)
        case ChangeKind.WIDENED | ChangeKind.NARROWED:
            return language.say(f"change.{change.kind.value}", part=part)
        case _:
            return part


def _period(text: str, language: Language) -> str:
    try:
        return language.period(parse_period(text))
    except ValueError:
        return language.say("change.unknown" if text == "unknown" else "change.none")
