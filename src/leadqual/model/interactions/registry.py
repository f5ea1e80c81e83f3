"""The built-in kinds, and reading an interaction of any kind from plain data.

Making sixty pydantic classes takes as long as importing pydantic itself, and most programs use a few of them.
So a room of kinds is imported when one of its kinds is first asked for; the table below says which kind lives where.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from importlib import import_module
from typing import Any, Final

from leadqual._suggest import closest
from leadqual.errors import InputError, Place, Problem, shown
from leadqual.model.interactions.base import Interaction

_KINDS_BY_ROOM: Final = {
    "web": """
        page_viewed form_submitted offer_form_submitted newsletter_subscribed newsletter_unsubscribed
        whitepaper_downloaded case_study_viewed webinar_registered webinar_attended event_attended
        social_engaged social_mentioned
    """,
    "messaging": """
        email_sent email_opened email_clicked email_replied email_bounced whatsapp_message instagram_message
        chat_message message_received message_sent
    """,
    "calls": """
        call_inbound call_outbound survey_answered
    """,
    "meetings": """
        appointment_set appointment_kept appointment_missed demo_requested demo_attended presentation_agreed
        presentation_attended
    """,
    "sales": """
        quote_requested quote_sent quote_accepted quote_declined purchase product_used loyalty_joined
        referral_made feedback_given complaint_made
    """,
    "desk": """
        sales_accepted sales_rejected disqualified reopened profile_updated
    """,
    "permission": """
        opted_out consent_given consent_withdrawn
    """,
    "collection": """
        invoice_overdue payment_received promise_to_pay promise_broken payment_plan_agreed debt_reduced debt_disputed
        dispute_settled collection_notice_sent case_escalated case_returned
    """,
}

_ROOMS: Final = {kind: room for room, kinds in _KINDS_BY_ROOM.items() for kind in kinds.split()}


def class_name(kind: str) -> str:
    """Return the name of the class of a built-in kind.

    Examples
    --------
    >>> class_name("demo_requested")
    'DemoRequested'
    """
    return "".join(part.capitalize() for part in kind.split("_"))


class BuiltInKinds(Mapping[str, type[Interaction]]):
    """The class of each built-in kind, imported when it is first asked for.

    Examples
    --------
    >>> BUILT_IN["purchase"].__name__, "purchase" in BUILT_IN, "sold" in BUILT_IN
    ('Purchase', True, False)
    """

    def __getitem__(self, kind: str) -> type[Interaction]:
        room = import_module(f"leadqual.model.interactions.{_ROOMS[kind]}")
        found: type[Interaction] = getattr(room, class_name(kind))
        return found

    def __iter__(self) -> Iterator[str]:
        return iter(_ROOMS)

    def __len__(self) -> int:
        return len(_ROOMS)

    def __contains__(self, kind: object) -> bool:
        return kind in _ROOMS


BUILT_IN: Final[Mapping[str, type[Interaction]]] = BuiltInKinds()
"""The class of each built-in kind, by kind."""

CLASSES: Final[Mapping[str, str]] = {class_name(kind): kind for kind in _ROOMS}
"""The kind of each built-in class, by the name of the class."""


def kind_of(value: object) -> str | None:
    """Return the kind that a class of interactions names; None for a class without one, and for anything else."""
    if not (isinstance(value, type) and issubclass(value, Interaction)):
        return None
    kind = value.model_fields["kind"].default
    return kind if isinstance(kind, str) else None


def parse_interaction(
    data: Mapping[str, Any], kinds: Mapping[str, type[Interaction]] | Iterable[type[Interaction]] = BUILT_IN
) -> Interaction:
    """Return the interaction that plain data describes, of the class that its ``kind`` names.

    Parameters
    ----------
    data : Mapping
        The fields, with at least ``id``, ``kind`` and ``occurred_at``.
    kinds : Mapping or iterable of type
        Classes of your own beside the built-in ones, ``[RoiCalculated]``; a mapping holds all that are known, by kind.
        For the kinds that a policy declares, call its `parse_interaction`.

    Raises
    ------
    InputError
        If the kind is missing, no text or unknown, if the data does not fit the class, or if `kinds` holds anything
        but classes of interactions.

    Examples
    --------
    >>> parse_interaction({"id": "i-1", "kind": "demo_requested", "occurred_at": "2026-11-20T08:00:00Z"}).kind
    'demo_requested'
    """
    if not isinstance(data, Mapping):
        raise _refused("wrong-type", "an interaction is a mapping of fields", shown(data), "a mapping")
    kind = data.get("kind")
    if kind is None:
        raise _refused(
            "missing-field", "the field 'kind' is missing", expected="the kind of the interaction", path="kind"
        )
    if not isinstance(kind, str):
        raise _refused(
            "wrong-type", "the kind is not a text", shown(kind), "a text such as 'demo_requested'", path="kind"
        )
    classes = _by_kind(kinds)
    if kind not in classes:
        otherwise = "declare it in the policy and call policy.parse_interaction(data), or give its class in kinds=[...]"
        near = closest(kind, classes, limit=1, cutoff=0.7)  # kinds of one's own are common, and far from most
        hint = f"did you mean {near[0]!r}?" if near else otherwise
        message = f"there is no kind {shown(kind)} of interaction"
        raise _refused("unknown-kind", message, shown(kind), "a kind that is known", hint, "kind")
    return classes[kind].model_validate(data)


def _by_kind(kinds: Any) -> Mapping[str, type[Interaction]]:
    """Return the classes by kind: those of a mapping alone, those of a list beside the built-in ones."""
    if isinstance(kinds, BuiltInKinds):
        return kinds
    by_kind = isinstance(kinds, Mapping)
    given = list(kinds.values()) if by_kind else list(kinds) if isinstance(kinds, Iterable) else [kinds]
    for cls in given:
        right = isinstance(cls, type) and issubclass(cls, Interaction) if by_kind else kind_of(cls) is not None
        if not right:
            expected, hint = "subclasses of Interaction", 'give it kind: Literal["roi_calculated"] = "roi_calculated"'
            message = "this is no class of a kind of interaction"
            raise InputError(Problem("not-a-kind", message, Place("kinds"), shown(cls), expected, hint))
    own: dict[str, type[Interaction]] = dict(kinds) if by_kind else {str(kind_of(cls)): cls for cls in given}
    return own if by_kind else _WithOwn(own)


class _WithOwn(BuiltInKinds):
    """The built-in kinds, still imported one room at a time, and some of the caller's own."""

    def __init__(self, own: Mapping[str, type[Interaction]]) -> None:
        self._own = own

    def __getitem__(self, kind: str) -> type[Interaction]:
        return self._own[kind] if kind in self._own else super().__getitem__(kind)

    def __iter__(self) -> Iterator[str]:
        return iter({**dict.fromkeys(_ROOMS), **self._own})

    def __len__(self) -> int:
        return len({*_ROOMS, *self._own})

    def __contains__(self, kind: object) -> bool:
        return kind in self._own or super().__contains__(kind)


def _refused(
    code: str,
    message: str,
    found: str | None = None,
    expected: str | None = None,
    hint: str | None = None,
    path: str | None = None,
) -> InputError:
    return InputError(Problem(code, message, Place("Interaction", path=path), found, expected, hint))
