"""An action in words: what to do, on which channel, when, how, what to say, and why."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import tzinfo
from typing import TYPE_CHECKING, Final

from leadqual.lifecycle.outlook import shown_value
from leadqual.outreach.approach.names import activity_name
from leadqual.outreach.approach.reasons import headline
from leadqual.outreach.names import channel_name, purpose_name, time_told
from leadqual.outreach.rules.base import Language

if TYPE_CHECKING:
    from leadqual.outreach.approach.action import Action, Asked, Holding


@dataclass(frozen=True, slots=True)
class Labels:
    """The words around what an action says, in one language."""

    contact: str
    stage: str
    now: str
    not_before: str
    by: str
    nothing: str
    barred: str
    goal: str
    focus: str
    tone: str
    say: str
    outcome: str
    why: str
    condition: str
    waiting: str
    channels: str
    allowed: str
    spare: str
    denied: str
    again: str
    others: str
    unknown: str
    missing: str
    duties: str
    states: dict[str, str]
    notice: str


LABELS: Final[dict[Language, Labels]] = {
    "en": Labels(
        contact="Contact",
        stage="at",
        now="Now",
        not_before="From",
        by="by",
        nothing="Do nothing.",
        barred="No channel may be used.",
        goal="Goal",
        focus="Focus",
        tone="Tone",
        say="Say",
        outcome="Expected",
        why="Why",
        condition="It holds because",
        waiting="The contact has waited for an answer since",
        channels="Channels",
        allowed="allowed",
        spare="also allowed:",
        denied="not allowed",
        again="allowed again from",
        others="All approaches that hold, the most important first",
        unknown="Not known whether they hold",
        missing="missing",
        duties="You have to",
        states={
            "chosen": "chosen",
            "due_later": "not due before",
            "not_permitted": "no channel may be used",
            "lower": "comes after",
        },
        notice="Not legal advice.",
    ),
    "id": Labels(
        contact="Kontak",
        stage="tahap",
        now="Sekarang",
        not_before="Mulai",
        by="lewat",
        nothing="Jangan lakukan apa pun.",
        barred="Tidak ada kanal yang boleh dipakai.",
        goal="Tujuan",
        focus="Fokus",
        tone="Nada",
        say="Sampaikan",
        outcome="Hasil yang diharapkan",
        why="Alasan",
        condition="Berlaku karena",
        waiting="Kontak menunggu jawaban sejak",
        channels="Kanal",
        allowed="boleh",
        spare="juga boleh:",
        denied="tidak boleh",
        again="boleh lagi mulai",
        others="Semua pendekatan yang berlaku, yang terpenting lebih dulu",
        unknown="Belum diketahui apakah berlaku",
        missing="data kosong:",
        duties="Anda wajib",
        states={
            "chosen": "dipilih",
            "due_later": "belum waktunya sebelum",
            "not_permitted": "tidak ada kanal yang boleh dipakai",
            "lower": "menyusul",
        },
        notice="Bukan nasihat hukum.",
    ),
}


def told(action: Action, language: Language, zone: tzinfo) -> str:
    """Return an action as a text of lines."""
    labels = LABELS[language]
    lines = [headline_of(action, language, zone), *_how(action, language, zone)]
    for title, rows in sections(action, language, zone):
        lines += ["", title, *(f"  - {row}" for row in rows)]
    return "\n".join([*lines, "", labels.notice])


def headline_of(action: Action, language: Language, zone: tzinfo) -> str:
    """Return what to do, on which channel and when, in one line; or that nothing is to be done."""
    labels = LABELS[language]
    if action.approach is None or action.channel is None or action.at is None:
        why = labels.barred if action.outcome == "not_permitted" else action.because.told(language)
        return f"{labels.nothing} {why}"
    when = time_told(action.at, zone, language)
    when = f"{labels.now}, {when}" if action.outcome == "now" else f"{labels.not_before} {when}"
    return f"{when}, {labels.by} {channel_name(action.channel, language)}: {action.approach.title.told(language)}"


def about(action: Action, language: Language) -> str:
    """Return whom it is about and where the contact stands, and what kind of work it is, for which purpose."""
    labels, approach = LABELS[language], action.approach
    whom = f"{labels.contact} {action.contact_id}" + (f", {labels.stage} {action.stage}" if action.stage else "")
    if approach is None:
        return whom
    return f"{whom}; {activity_name(approach.activity, language)}, {purpose_name(approach.purpose, language)}"


def parts(action: Action, language: Language, zone: tzinfo) -> list[tuple[str, list[str]]]:
    """Return how an approach is done: each part with its label; several lines where there are several points."""
    approach, labels = action.approach, LABELS[language]
    if approach is None:
        return []
    return [
        (labels.goal, [approach.goal.told(language)]),
        (labels.focus, [approach.focus.told(language)]),
        (labels.tone, [approach.tone.told(language)]),
        (labels.say, [point.told(language) for point in approach.content]),
        (labels.outcome, [approach.outcome.told(language)]),
        (labels.why, [action.because.told(language), *_facts(action, language, zone)]),
    ]


def sections(action: Action, language: Language, zone: tzinfo) -> Iterator[tuple[str, list[str]]]:
    """Yield what stands below an action: duties, channels, the other approaches, what is not known."""
    labels = LABELS[language]
    duties = () if action.verdict is None else action.verdict.duties
    shown = [
        (labels.duties, [f"{duty.says[language]} [{duty.source}]" for duty in duties]),
        (labels.channels, _channels(action, language, zone)),
        (labels.others, [_holding(one, language, zone) for one in action.holding]),
        (labels.unknown, [f"{name} ({labels.missing} {', '.join(why)})" for name, why in action.unknown.items()]),
    ]
    yield from ((title, rows) for title, rows in shown if rows)


def _how(action: Action, language: Language, zone: tzinfo) -> Iterator[str]:
    rows = parts(action, language, zone)
    yield about(action, language)
    yield from [""] if rows else []
    width = max((len(label) for label, _ in rows), default=0) + 2
    for label, points in rows:
        for place, point in enumerate(points):
            lead = f"{label}:" if place == 0 else ""
            yield f"{lead:<{width}}{'- ' if len(points) > 1 else ''}{point}"


def _facts(action: Action, language: Language, zone: tzinfo) -> Iterator[str]:
    """Yield what is true of the contact, so that the approach holds."""
    labels = LABELS[language]
    if action.waiting_since is not None:
        yield f"{labels.waiting} {time_told(action.waiting_since, zone, language)}."
    if action.values:
        read = (f"{name} = {shown_value(value)}" for name, value in action.values.items())
        yield f"{labels.condition} {', '.join(read)}."


def _channels(action: Action, language: Language, zone: tzinfo) -> list[str]:
    """Return what the rules said: of the channel chosen and those denied why, of the others that they are allowed."""
    told_of: dict[str, list[str]] = {}
    spare = []
    for one in action.verdicts:
        name = channel_name(one.channel, language)
        if action.approach is not None and one.approach != action.approach.id:
            continue
        if one.verdict.allowed and one.channel != action.channel:
            spare.append(name)
        else:
            told_of.setdefault(_answer(one, language, zone), []).append(name)
    rows = [f"{', '.join(dict.fromkeys(names))}: {answer}" for answer, names in told_of.items()]
    return [*rows, *([f"{LABELS[language].spare} {', '.join(spare)}"] if spare else [])]


def _answer(asked: Asked, language: Language, zone: tzinfo) -> str:
    labels, verdict = LABELS[language], asked.verdict
    opens = verdict.next_allowed
    again = "" if verdict.allowed or opens is None else f" ({labels.again} {time_told(opens, zone, language)})"
    return f"{labels.allowed if verdict.allowed else labels.denied}{again}. {headline(verdict, language)}"


def _holding(one: Holding, language: Language, zone: tzinfo) -> str:
    state = LABELS[language].states[one.state]
    due = f" {time_told(one.due, zone, language)}" if one.due is not None and one.state == "due_later" else ""
    return f"{one.title.told(language)} ({one.id}): {state}{due}"
