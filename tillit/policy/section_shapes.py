"""The key words of the policy's sections besides its purposes."""

from __future__ import annotations

from collections.abc import Mapping

from tillit.policy.key_words import (
    CLAUSE,
    UNKNOWN,
    Key,
    Kind,
    Shape,
    choice,
    choices,
    countries,
    day,
    either,
    flag,
    name,
    named,
    names,
    number,
    period,
    ref,
    text_,
    texts,
    title,
)  # fmt: skip

OBTAINED = ("data_subject", "observed", "third_party", "public_register")
ONLY_WHEN = ("logged_in", "privacy_setting", "consent", "person_answers", "order_exists", "event_joined")
SPECIAL_CATEGORIES = (
    "racial_or_ethnic_origin", "political_opinions", "religion_or_belief", "trade_union_membership", "genetic",
    "biometric", "health", "sex_life_or_orientation", "health_or_religion",
)  # fmt: skip
STORED_AS = ("hash", "encrypted", "plain")
ROLES = ("processor", "controller", "joint_controller", "authority", "office")
TOLD = ("at_collection", "within_a_month", "first_communication", "first_disclosure", "not_told")
MECHANISMS = (
    "adequacy_decision", "data_privacy_framework", "standard_contractual_clauses", "binding_corporate_rules",
    "code_of_conduct", "certification", "derogation",
)  # fmt: skip
MEASURES = (
    "encryption_in_transit", "encryption_at_rest", "password_hashing", "access_control", "identification", "backup",
    "traffic_monitoring", "audit_log", "policy_review", "processor_review", "risk_review", "staff_training",
    "session_expiry", "pseudonymisation", "advice_to_users",
)  # fmt: skip
NEVER = ("sale", "card_numbers", "card_access", "individual_segments", "identified_usage", "undeclared_disclosure")
RIGHT_PARTS = (
    "copy", "purposes", "categories", "recipients", "period", "rights", "complaint", "source", "automated_decisions",
    "safeguards", "incomplete", "inaccurate", "recipients_named", "accuracy_contested", "unlawful", "legal_claims",
    "objection_pending", "told_before_lifting", "no_longer_needed", "consent_withdrawn", "objection_upheld",
    "legal_duty", "provided_by_person", "consent_or_contract", "automated", "direct_transfer", "where_feasible",
    "particular_situation", "profiling", "invitations", "as_easy_as_giving", "human_intervention",
)  # fmt: skip
REFUSALS = (
    "none", "legal_obligation", "legal_claims", "freedom_of_expression", "public_health", "archiving", "public_task",
    "compelling_grounds", "running_contract", "security", "rights_of_others", "excessive_requests",
)  # fmt: skip
PERMISSIONS = ("consent", "soft_opt_in", "legitimate_interests", "none_asked")
COOKIE_CATEGORIES = ("strictly_necessary", "preferences", "statistics", "personalisation", "marketing")
PROVIDED = ("voluntary", "contractual", "statutory")

_OF = {"clause": CLAUSE, "title": title()}

INFORMATION_MORE: Shape = {
    "clause": CLAUSE,
    "personal": flag("False: the policy says that it is no personal data."),
    "obtained": choices("How it is obtained.", *OBTAINED),
    "only_when": choice("The condition on which it is collected or used.", *ONLY_WHEN),
    "special_category": choice("The special category it may reveal (Art. 9(1) GDPR).", *SPECIAL_CATEGORIES),
    "credential": flag("True for what proves who somebody is, such as a password."),
    "stored_as": choice("How a credential is stored.", *STORED_AS),
    "open_ended": flag("True: the published list has no end (`etc.`, `any other`)."),
    "free_text": flag("True: a field where people write what they like; the checks look into it."),
    "dpv": texts("Terms of the W3C Data Privacy Vocabulary, such as pd:EmailAddress.", of="dpv"),
}
INFORMATION_PART: Shape = {"title": title(required=True), **INFORMATION_MORE}
BALANCING: Shape = {
    "reference": text_("Where the assessment lies."),
    "made": day("The day it was made."),
    "review_every": period("How often it is looked at again."),
}
SOURCE: Shape = _OF | {
    "kind": choice("What kind of source it is.", *OBTAINED),
    "gives": names("What it gives.", "information"),
    "purposes": names("What it is used for.", "purposes"),
    "names": texts("Who they are."),
    "told": choice("When the person is told (Art. 14(3) GDPR).", *TOLD),
    "only_when": choice("The condition on which it is asked.", *ONLY_WHEN),
    "copy_to_person": flag("The person gets a copy of what was given."),
}
RECIPIENT: Shape = _OF | {
    "role": choice("What they are in the words of the law.", *ROLES),
    "names": texts("Who they are."),
    "country": countries("Where they are."),
    "data": names("What they receive.", "information"),
    "purposes": names("What for.", "purposes"),
    "basis": Key("The lawful basis of the disclosure, or a list of those that are named.", ref("bases")),
    "agreement": text_("The reference of the contract (Art. 28(3) GDPR) or arrangement (Art. 26)."),
    "agreed": day("The day of the agreement."),
    "reviewed": day("The day they were last reviewed."),
    "review_every": period("How often they are reviewed."),
    "transfers": names("The transfers to third countries that they bring.", "transfers"),
    "policy_url": text_("The privacy policy of a recipient who is a controller of its own."),
    "approved_by": text_("Who approves each disclosure."),
}
PLACE: Shape = _OF | {
    "country": countries("Where it is."),
    "run_by": name("A recipient, or `controller`.", "recipients", "controller"),
    "data": names("What lies there.", "information"),
    "purposes": names("What for.", "purposes"),
    "only": flag("True: this data lies nowhere else."),
    "encrypted_at_rest": flag("Stored encrypted."),
    "encrypted_in_transit": flag("Encrypted on the way there."),
    "transfers": names("The transfers to third countries that it brings.", "transfers"),
}
TRANSFER: Shape = _OF | {
    "to": countries("The third countries."),
    "recipients": names("Who receives it there.", "recipients"),
    "data": names("What is transferred.", "information"),
    "mechanism": choices("What makes it lawful (Art. 45 to 49 GDPR), in the order relied on.", *MECHANISMS),
    "copy": text_("How to get a copy of the safeguards (Art. 13(1)(f) GDPR)."),
    "assessed": day("The day of the assessment of the transfer."),
    "assess_every": period("How often it is assessed."),
}
MEASURE: Shape = _OF | {
    "kind": choice("What kind of measure it is.", *MEASURES),
    "covers": names("The places of storage it covers.", "storage"),
    "owner": text_("Who answers for it."),
    "reviewed": day("The day it was last looked at."),
    "review_every": period("How often it is looked at."),
    "disclaimed": flag("True: the policy says that the risk is the person's own."),
}
NEVER_SHAPE: Shape = _OF
COMBINATION: Shape = _OF | {
    "data": names("What is joined.", "information"),
    "joined_with": names("The sources it is joined with.", "sources"),
    "purposes": names("What for.", "purposes"),
    "approved": day("The day it was approved."),
    "approved_by": text_("Who approved it."),
}
OFFERED_RIGHT: Shape = _OF | {
    "offered": flag("Whether the policy offers it."),
    "how": texts("How it is exercised."),
    "includes": choices("What the policy says about it.", *RIGHT_PARTS),
    "overridden_by": choices("The grounds on which it may be refused.", *REFUSALS),
    "reasons_told": choice("When the reasons of a refusal are told.", "at_request", "within_time_limit"),
    "identity": choice("When more is asked for, to know who asks.", "reasonable_doubt", "always", "never"),
    "verified": flag("True: what the person says may be looked into first."),
}
RIGHTS: Shape = _OF | {
    "answer_within": period("The time limit (Art. 12(3) GDPR)."),
    "extend_by": period("By how much it may be extended."),
    "free_of_charge": flag("Whether it costs nothing (Art. 12(5) GDPR)."),
    "channel": text_("Where requests are sent."),
    "offered": Key("The rights, each with how it is offered.", either(ref("offered_rights"), UNKNOWN)),
}
CHANNEL: Shape = _OF | {
    "purposes": names("The purposes whose messages it carries.", "purposes"),
    "people": names("The kinds of person it reaches.", "people"),
    "permission": choice("What allows it.", *PERMISSIONS),
    "opt_out": choices("How to stop it.", "link", "contact", "account_page"),
    "automated": flag("Sent by a machine to many."),
    "sent_by": name("A recipient, or `controller`.", "recipients", "controller"),
}
ELIGIBLE: Shape = _OF | {
    "permission": choice("What allows marketing to them.", *PERMISSIONS),
    "purposes": names("The purposes it is collected for.", "purposes"),
}
MESSAGE_CLASS: Shape = _OF | {
    "promotional": flag("True: it may carry promotion."),
    "after_opt_out": flag("True: it is still sent after an opt-out."),
    "purposes": names("The purposes it belongs to.", "purposes"),
}
UNRESPONSIVE: Shape = _OF | {
    "messages": number("How many messages without a reply."),
    "within": period("Within which time."),
    "review_every": period("How often it is looked at."),
    "approved_by": text_("Who approves what is then deleted."),
}
SEGMENTS: Shape = _OF | {
    "individual": flag("Whether they are stored or processed on the level of a person."),
    "smallest_group": number("The smallest group that may be told of."),
    "resolved": choice("How it is known who belongs to one.", "at_send", "stored_query", "stored_list"),
}
MARKETING: Shape = _OF | {
    "channels": Key("The ways in which it reaches people.", either(named(ref("channel")), UNKNOWN)),
    "eligible": Key("What lets a person be sent marketing.", either(named(ref("eligible")), UNKNOWN)),
    "messages": Key(
        "Classes of messages, and which are still sent after an opt-out.", either(named(ref("message_class")), UNKNOWN)
    ),
    "unresponsive": Key("When somebody counts as unresponsive.", either(ref("unresponsive"), UNKNOWN)),
    "segments": Key("The groups that messages are chosen for.", either(ref("segments"), UNKNOWN)),
}
COOKIE_USE: Shape = _OF | {
    "category": choice("What kind of use it is.", *COOKIE_CATEGORIES),
    "purposes": names("The purposes it serves.", "purposes"),
    "data": names("What the cookies record.", "information"),
}
COOKIE: Shape = _OF | {
    "use": name("The use it belongs to.", "uses"),
    "provider": name("A recipient, or `controller`.", "recipients", "controller"),
    "lasts": period("How long it lives; nothing for a session."),
    "session": flag("True: it goes when the browser is closed."),
    "third_party": flag("Whether others can read it."),
}
COOKIES: Shape = _OF | {
    "consent": choice("How consent is asked for.", "before_set", "browser_settings", "none_asked"),
    "signals": flag("Whether signals of the browser are obeyed."),
    "personal": flag("False: the policy says that cookies hold nothing personal."),
    "uses": Key("What cookies are used for.", either(named(ref("cookie_use")), UNKNOWN)),
    "register": Key("Every cookie by its name.", either(named(ref("cookie")), UNKNOWN)),
}
AUTOMATED: Shape = _OF | {
    "in_use": flag("Whether decisions are made by machines alone (Art. 22 GDPR)."),
    "profiling": flag("Whether people are profiled."),
    "logic": text_("How it works, and what it means for the person."),
}
PROVIDING: Shape = _OF | {
    "obligation": choice("Whether the data must be given (Art. 13(2)(e) GDPR).", *PROVIDED),
    "consequence": text_("What happens when it is not."),
}
LINKS: Shape = _OF | {
    "embedded": flag("True: content of others is loaded with our pages."),
    "consent_first": flag("True: only once the visitor has agreed."),
}
COMPLAINT: Shape = _OF | {
    "authority": text_("The supervisory authority, by its name in the law pack: se/imy."),
    "own_authority": flag("Also the authority where the person lives or works."),
    "judicial_remedy": flag("Says that a court can be asked (Art. 79 GDPR)."),
}
BREACHES: Shape = _OF | {
    "authority_within": period("When the authority is told (Art. 33 GDPR)."),
    "people_told": flag("Whether people are told where the risk is high (Art. 34 GDPR)."),
    "register": flag("Whether every breach is written down (Art. 33(5) GDPR)."),
}
CONTACT: Shape = _OF | {
    "email": text_("Where to write."),
    "telephone": text_("Where to call."),
    "address": text_("The postal address."),
    "data_protection_officer": flag("Whether this is a designated officer (Art. 37 GDPR)."),
    "deputy": flag("Whether somebody stands in."),
    "answers_within": period("How soon a question is answered."),
}
NOTICE: Shape = _OF | {
    "version": Key("Which version this is.", {"type": ["string", "number"]}, kind=Kind("text")),
    "effective_from": day("The day it takes effect."),
    "languages": texts("The languages it is published in."),
    "supersedes": Key("The version before it.", {"type": ["string", "number"]}, kind=Kind("text")),
    "changes_told": text_("How people are told of changes (Art. 13(3) GDPR)."),
}
OFFERED: Shape = {
    right: Key(f"{right.replace('_', ' ').capitalize()}.", either(ref("offered_right"), UNKNOWN))
    for right in (
        "access", "rectification", "erasure", "restriction", "recipients_told", "portability", "objection",
        "objection_to_marketing", "withdrawal", "human_review",
    )
}  # fmt: skip

# Section -> (its words, what it is)
NAMED_SECTIONS: Mapping[str, tuple[str, Shape, str]] = {
    "sources": ("source", SOURCE, "Where personal data comes from."),
    "recipients": ("recipient", RECIPIENT, "Who receives personal data."),
    "storage": ("place", PLACE, "Where personal data lies."),
    "transfers": ("transfer", TRANSFER, "Transfers to third countries (Art. 44 GDPR)."),
    "security": ("measure", MEASURE, "Promises about security (Art. 32 GDPR)."),
    "never": ("never", NEVER_SHAPE, "What is never done."),
    "combinations": ("combination", COMBINATION, "Declared joining of data from several sources."),
}
SINGLE_SECTIONS: Mapping[str, tuple[str, Shape, str]] = {
    "rights": ("rights", RIGHTS, "The rights, and how they are offered."),
    "marketing": ("marketing", MARKETING, "Direct marketing."),
    "cookies": ("cookies", COOKIES, "Cookies and the like."),
    "automated_decisions": ("automated", AUTOMATED, "Automated decisions and profiling."),
    "providing": ("providing", PROVIDING, "Whether people must give data (Art. 13(2)(e) GDPR)."),
    "links": ("links", LINKS, "Links to other sites."),
    "complaint": ("complaint", COMPLAINT, "The right to complain (Art. 77 GDPR)."),
    "breaches": ("breaches", BREACHES, "What is promised about breaches."),
    "contact": ("contact", CONTACT, "Who answers questions and requests."),
    "notice": ("notice", NOTICE, "Which version this is."),
}
# Inner entries that may be a title alone, or `unknown`; so may those of the named sections.
TITLE_ALONE = ("offered_right", "channel", "eligible", "message_class", "cookie_use", "cookie")
INNER_SHAPES: Mapping[str, Shape] = {
    "information_part": INFORMATION_PART,
    "balancing": BALANCING,
    "offered_rights": OFFERED,
    "offered_right": OFFERED_RIGHT,
    "channel": CHANNEL,
    "eligible": ELIGIBLE,
    "message_class": MESSAGE_CLASS,
    "unresponsive": UNRESPONSIVE,
    "segments": SEGMENTS,
    "cookie_use": COOKIE_USE,
    "cookie": COOKIE,
}
