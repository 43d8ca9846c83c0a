"""No register of cookies."""

from __future__ import annotations

from collections.abc import Iterator

from tillit.policy.rules.base import Case, Rule, Seen, Severity, listed, quote


def look(case: Case) -> Iterator[Seen]:
    """Every place where the rule is broken."""
    cookies = case.policy.cookies
    if cookies is None:
        return
    if not cookies.register:
        yield Seen(cookies.place("register"), "no cookie is listed", cookies.clause)
    for cookie in cookies.register.values():
        lacking = [w for w in ("use", "provider") if not getattr(cookie, w)]
        lacking += ["lasts"] if cookie.lasts is None and not cookie.session else []
        lacking += ["third_party"] if cookie.third_party is None else []
        if lacking:
            yield Seen(cookie.at, f"the cookie {quote(cookie.name)} does not say its {listed(lacking)}", cookie.clause)
    unlisted = [u for u in cookies.uses if cookies.register and u not in {c.use for c in cookies.register.values()}]
    if unlisted:
        yield Seen(cookies.place("uses"), f"no cookie is listed for {listed(unlisted)}", cookies.clause)


RULE = Rule(
    name="cookie-register",
    severity=Severity.ERROR,
    article="Art. 5(3) Directive 2002/58/EC; C-673/17 Planet49",
    title="No register of cookies",
    why="Name, whose it is, how long it lives and who else can read it: consent without that is none.",
    remedy="list every cookie under `cookies: register:`",
    look=look,
    bad="""\
cookies: {register: {sid: {lasts: unknown, session: unknown}}}
""",
    good="""\
cookies: {register: {sid: {session: true}}}
""",
)
