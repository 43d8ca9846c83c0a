"""The parts of a policy besides its purposes: what is collected, from whom, who receives it, where it lies, the rights.

Everywhere the same: what the policy does not say, or says to be `unknown`, is empty: the empty text, an empty tuple, or
None for a flag, number, date or period. `clause` is the passage that promises it, `at` where the entry stands, `places`
where each of its key words stands.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import Enum

from tillit.model.period import Period
from tillit.model.source import NOWHERE, Position


class Right(Enum):
    """A right of the data subject (chapter III GDPR)."""

    ACCESS = "access"  # Art. 15
    RECTIFICATION = "rectification"  # Art. 16
    ERASURE = "erasure"  # Art. 17
    RESTRICTION = "restriction"  # Art. 18
    RECIPIENTS_TOLD = "recipients_told"  # Art. 19
    PORTABILITY = "portability"  # Art. 20
    OBJECTION = "objection"  # Art. 21(1)
    OBJECTION_TO_MARKETING = "objection_to_marketing"  # Art. 21(2) and (3)
    WITHDRAWAL = "withdrawal"  # Art. 7(3)
    HUMAN_REVIEW = "human_review"  # Art. 22(3)


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """What every entry of a section has."""

    name: str = ""
    title: str = ""
    clause: str = ""
    at: Position = field(default=NOWHERE, compare=False)
    places: Mapping[str, Position] = field(default_factory=dict, compare=False, repr=False)

    def place(self, word: str) -> Position:
        """Where the key word stands, else the entry."""
        return self.places.get(word, self.at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Information(Item):
    """A type of information, or a part of one (`name` is then dotted)."""

    personal: bool | None = None  # False: the policy says that it is no personal data
    obtained: tuple[str, ...] = ()  # data_subject, observed, third_party, public_register
    only_when: str = ""  # the condition on which it is collected or used, such as privacy_setting
    special_category: str = ""  # Art. 9(1), such as health
    credential: bool | None = None
    stored_as: str = ""  # of a credential: hash, encrypted, plain
    open_ended: bool | None = None  # True: the list of what it may hold has no end
    free_text: bool | None = None  # True: a field where people write what they like
    dpv: tuple[str, ...] = ()  # terms of the W3C Data Privacy Vocabulary, such as pd:EmailAddress


@dataclass(frozen=True, slots=True, kw_only=True)
class Balancing(Item):
    """The assessment of a legitimate interest (Art. 6(1)(f))."""

    reference: str = ""
    made: date | None = None
    review_every: Period | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Source(Item):
    """Where personal data comes from (Art. 14(2)(f))."""

    kind: str = ""  # data_subject, observed, third_party, public_register
    gives: tuple[str, ...] = ()
    purposes: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    told: str = ""  # when the person is told (Art. 14(3))
    only_when: str = ""
    copy_to_person: bool | None = None  # the person gets a copy of what was given (credit information)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient(Item):
    """Somebody who receives personal data (Art. 4(9)): a processor, another controller, an authority, an office."""

    role: str = ""
    names: tuple[str, ...] = ()
    country: tuple[str, ...] = ()  # ISO 3166-1, or EEA
    data: tuple[str, ...] = ()
    purposes: tuple[str, ...] = ()
    bases: tuple[tuple[str, str], ...] = ()  # (basis, statute or interest) of the disclosure, as many as are named
    agreement: str = ""  # the reference of the contract (Art. 28(3)) or arrangement (Art. 26)
    agreed: date | None = None
    reviewed: date | None = None
    review_every: Period | None = None
    transfers: tuple[str, ...] = ()
    policy_url: str = ""  # of a recipient who is a controller of its own
    approved_by: str = ""  # who approves each disclosure


@dataclass(frozen=True, slots=True, kw_only=True)
class Place(Item):
    """A place of storage."""

    country: tuple[str, ...] = ()
    run_by: str = ""  # a recipient, or `controller`
    data: tuple[str, ...] = ()
    purposes: tuple[str, ...] = ()
    only: bool | None = None  # True: the policy says that this data lies nowhere else
    encrypted_at_rest: bool | None = None
    encrypted_in_transit: bool | None = None
    transfers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer(Item):
    """A transfer to a third country (Art. 44 to 49)."""

    to: tuple[str, ...] = ()
    recipients: tuple[str, ...] = ()
    data: tuple[str, ...] = ()
    mechanism: tuple[str, ...] = ()  # in the order in which they are relied on
    copy: str = ""  # how to get a copy of the safeguards (Art. 13(1)(f))
    assessed: date | None = None
    assess_every: Period | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure(Item):
    """A promise about security (Art. 32)."""

    kind: str = ""
    covers: tuple[str, ...] = ()  # places of storage
    owner: str = ""
    reviewed: date | None = None
    review_every: Period | None = None
    disclaimed: bool | None = None  # True: the policy puts the risk on the person


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferedRight(Item):
    """A right, and how it is offered. `name` is a value of Right."""

    offered: bool | None = None
    how: tuple[str, ...] = ()
    includes: tuple[str, ...] = ()
    overridden_by: tuple[str, ...] = ()  # grounds of refusal the policy names; `none` where it says that there is none
    reasons_told: str = ""  # at_request, within_time_limit
    identity: str = ""  # when more is asked for to know who asks: reasonable_doubt, always, never
    verified: bool | None = None  # True: what the person says may be looked into first


@dataclass(frozen=True, slots=True, kw_only=True)
class Rights(Item):
    """The rights, and the terms on which requests are answered (Art. 12)."""

    answer_within: Period | None = None
    extend_by: Period | None = None
    free_of_charge: bool | None = None
    channel: str = ""
    offered: Mapping[str, OfferedRight] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel(Item):
    """A way in which marketing reaches people."""

    purposes: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    permission: str = ""
    opt_out: tuple[str, ...] = ()
    automated: bool | None = None
    sent_by: str = ""  # a recipient, or `controller`


@dataclass(frozen=True, slots=True, kw_only=True)
class Eligible(Item):
    """Something that lets a person be sent marketing, such as a purchase."""

    permission: str = ""
    purposes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageClass(Item):
    """A class of messages, and whether it is still sent after an opt-out."""

    promotional: bool | None = None
    after_opt_out: bool | None = None
    purposes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Unresponsive(Item):
    """When somebody counts as unresponsive, and who looks at it. A reply counts; an opened message does not."""

    messages: int | None = None
    within: Period | None = None
    review_every: Period | None = None
    approved_by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Segments(Item):
    """Groups of people that messages are chosen for."""

    individual: bool | None = None  # stored or processed on the level of a person
    smallest_group: int | None = None
    resolved: str = ""  # at_send, stored_query, stored_list


@dataclass(frozen=True, slots=True, kw_only=True)
class Marketing(Item):
    """Direct marketing (Art. 21(2); Art. 13 of Directive 2002/58/EC)."""

    channels: Mapping[str, Channel] = field(default_factory=dict)
    eligible: Mapping[str, Eligible] = field(default_factory=dict)
    messages: Mapping[str, MessageClass] = field(default_factory=dict)
    unresponsive: Unresponsive | None = None
    segments: Segments | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CookieUse(Item):
    """What cookies are used for."""

    category: str = ""
    purposes: tuple[str, ...] = ()
    data: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Cookie(Item):
    """One cookie of the register. `lasts` None: the session."""

    use: str = ""
    provider: str = ""  # a recipient, or `controller`
    lasts: Period | None = None
    session: bool | None = None
    third_party: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Cookies(Item):
    """Cookies and the like (Art. 5(3) of Directive 2002/58/EC)."""

    consent: str = ""  # before_set, browser_settings, none_asked
    signals: bool | None = None  # signals of the browser are obeyed
    personal: bool | None = None  # False: the policy says that cookies hold nothing personal
    uses: Mapping[str, CookieUse] = field(default_factory=dict)
    register: Mapping[str, Cookie] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Combination(Item):
    """A declared joining of data from several sources."""

    data: tuple[str, ...] = ()
    joined_with: tuple[str, ...] = ()  # sources
    purposes: tuple[str, ...] = ()
    approved: date | None = None
    approved_by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AutomatedDecisions(Item):
    """Automated decisions and profiling (Art. 22, 13(2)(f))."""

    in_use: bool | None = None
    profiling: bool | None = None
    logic: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Providing(Item):
    """Whether people must give the data, and what happens when they do not (Art. 13(2)(e))."""

    obligation: str = ""  # voluntary, contractual, statutory
    consequence: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Never(Item):
    """A promise that something is not done at all. `name` says what, such as card_numbers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Links(Item):
    """Links to other sites, and what other sites' content is shown in ours."""

    embedded: bool | None = None  # True: content of others is loaded with our pages
    consent_first: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Complaint(Item):
    """The right to complain (Art. 77) and to a judicial remedy (Art. 79)."""

    authority: str = ""  # a key of the law pack, such as se/imy
    own_authority: bool | None = None  # also the one where the person lives or works
    judicial_remedy: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Breaches(Item):
    """What is promised when personal data is breached (Art. 33 and 34)."""

    authority_within: Period | None = None
    people_told: bool | None = None
    register: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact(Item):
    """Who answers questions and requests. `title` names the role."""

    email: str = ""
    telephone: str = ""
    address: str = ""
    data_protection_officer: bool | None = None  # whether one is designated (Art. 37)
    deputy: bool | None = None
    answers_within: Period | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice(Item):
    """Which text this is: its version and its day."""

    version: str = ""
    effective_from: date | None = None
    languages: tuple[str, ...] = ()
    supersedes: str = ""
    changes_told: str = ""  # how people are told of changes (Art. 13(3))
