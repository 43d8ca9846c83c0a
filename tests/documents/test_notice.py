"""The privacy notice: whole, the same in both languages, with stable anchors, and harmless."""

from __future__ import annotations

import re
import string
from dataclasses import replace

import pytest

from tests.documents.notice_support import HOSTILE, TODAY, harmless, poisoned, policy, swedish
from tillit.documents.notice import notice
from tillit.documents.notice_html import notice_html
from tillit.documents.notice_items import items, missing
from tillit.documents.notice_language import Language, data
from tillit.documents.notice_markdown import notice_markdown
from tillit.documents.notice_text import clean, href, markdown
from tillit.model.period import Period

NEVER_SHOWN = re.compile(r"\b(ground|grounds|standing|canary|digest|dead|shell|sweep)\b", re.IGNORECASE)


def page(language: str = "en", **more) -> str:
    return notice_html(notice(policy(), Language(language, swedish() if language == "sv" else {}), TODAY, **more))


def leaves(table, path=""):
    for key, value in table.items():
        if isinstance(value, dict):
            yield from leaves(value, f"{path}{key}.")
        else:
            yield f"{path}{key}", value


def test_both_languages_have_the_same_sentences_with_the_same_fields():
    english, swedish_ = dict(leaves(data("en"))), dict(leaves(data("sv")))
    assert english.keys() == swedish_.keys()
    assert len(english) > 300

    def fields(text):
        texts = text if isinstance(text, list) else [text]
        return [len(texts), *sorted({f for t in texts for _, f, _, _ in string.Formatter().parse(t) if f})]

    assert {k for k in english if fields(english[k]) != fields(swedish_[k])} == set()


@pytest.mark.parametrize("language", ["en", "sv"])
def test_every_clause_and_entry_has_a_stable_anchor(language):
    seen = harmless(page(language))
    told = policy()
    wanted = {f"clause-{n}" for n in told.clauses} | {f"purpose-{n}" for n in told.purposes}
    wanted |= {f"recipient-{n}" for n in told.recipients} | {f"transfer-{n}" for n in told.transfers}
    wanted |= {f"source-{n}" for n in told.sources} | {f"storage-{n}" for n in told.storage}
    assert told.rights is not None
    wanted |= {f"right-{n}" for n in told.rights.offered}
    assert wanted - set(seen.ids) == set()
    assert {f"#{c}" for c in wanted if c.startswith("clause-")} - set(seen.links) == set()


def test_it_has_version_day_and_contents():
    told = page()
    assert "Version 2 · in force from 1 June 2026" in told
    assert '<nav id="contents"' in told


def test_every_item_of_art_13_and_14_is_there_and_each_is_missed_where_it_lacks():
    assert missing(policy()) == ()
    assert {"officer", "purposes", "periods", "provision", "transfers"} <= set(missing(policy("published")))
    articles = " ".join(item.article for item in items(policy()))
    wanted = [f"13(1)({c})" for c in "abcdef"] + [f"13(2)({c})" for c in "abcdef"]
    wanted += [f"14(1)({c})" for c in "abcdef"] + [f"14(2)({c})" for c in "abcdefg"]
    assert [a for a in wanted if a not in articles] == []


@pytest.mark.parametrize(
    ("change", "key"),
    [
        ({"complaint": None}, "complaint"),
        ({"rights": None}, "rights"),
        ({"automated_decisions": None}, "decisions"),
        ({"recipients": {}}, "recipients"),
        ({"purposes": {}}, "purposes"),
        ({"transfers": {}}, "transfers"),
        ({"categories": {}}, "categories"),
        ({"contact": None}, "officer"),
    ],
)
def test_what_is_taken_out_is_missed(change, key):
    assert key in missing(replace(policy(), **change))


def test_what_changed_is_told():
    told = page(earlier=policy("published"))
    assert 'id="changes"' in told
    assert "Reach every owner of a product" in told.partition('id="clause-0"')[0]
    same = notice_markdown(notice(policy(), Language("en"), TODAY, policy()))
    assert "Nothing that is told here has changed" in same


def test_a_longer_period_is_told_as_longer():
    old, new = policy(), policy()
    purpose = new.purposes["it_security"]
    longer = replace(purpose, keep=replace(purpose.keep, period=Period(weeks=5)))
    new = replace(new, purposes={**new.purposes, "it_security": longer})
    told = notice_markdown(notice(new, Language("en"), TODAY, old))
    assert "Keep intruders and fraud out (use): kept longer (3 weeks before, now 5 weeks)" in told


@pytest.mark.parametrize("language", ["en", "sv"])
def test_hostile_texts_are_harmless(language):
    made = notice(poisoned(), Language(language), TODAY, policy("published"))
    told = notice_html(made)
    harmless(told)
    assert "&lt;script&gt;" in told
    assert told.count("&lt;script&gt;") > 200
    text = notice_markdown(made)
    own = re.sub(r'<a id="[^"<>]*"></a>', "", re.sub(r"\]\(<[^<>]*>\)", "]()", text))
    assert "<" not in own
    assert re.search(r"(?<!\\)\]\(javascript:", text) is None
    assert not any(c in text for c in "\u202e\u2066\u0000\u0007\u200b")


def test_people_do_not_meet_the_words_of_the_house():
    for language in ("en", "sv"):
        told = re.sub(r"<style>.*?</style>|<[^>]+>", " ", page(language), flags=re.DOTALL)
        assert NEVER_SHOWN.findall(told) == []


def test_every_text_of_the_example_is_translated():
    """When this fails, policy.yaml has new words: add them to examples/qualisys/translations/sv.yaml."""
    assert notice(policy(), Language("sv", swedish()), TODAY).untranslated == ()


def test_addresses_are_links_only_when_they_are_safe():
    assert href("privacy@qualisys.se") == "mailto:privacy@qualisys.se"
    assert href("www.qualisys.com") == "https://www.qualisys.com"
    bad = [
        "javascript:alert(1)",
        "https://a@b.example",
        'https://x.example/"onx=',
        "data:text/html,x",
        "a@b",
        HOSTILE,
        "",
    ]
    assert [href(text) for text in bad] == [""] * len(bad)


def test_text_is_cleaned_and_stays_readable():
    assert clean("a\u202eb\u0000\tc\u2028d\ufeff") == "ab c d"
    assert clean("Å\u0308 family \U0001f468\u200d\U0001f469") == clean("Å\u0308 family \U0001f468\u200d\U0001f469")
    assert markdown("# a") == "\\# a"
    assert markdown("1. a <b> [x](y)") == "1\\. a &lt;b&gt; \\[x\\](y)"
