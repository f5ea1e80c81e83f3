"""Permission: one verdict on one contact, and a list of a million screened against the registry of a country."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Final

from benchmarks.timing import Figure, Target, calls, compared, of_pairs
from leadqual import CallOutbound, Contact, Purchase, outreach

AT: Final = datetime(2026, 11, 23, 17, tzinfo=UTC)
VERDICT: Final = 100e-6
"""Seconds of processor time for one verdict."""
LIST: Final = 120.0
"""Seconds for a million contacts; both cores work, so that processor time is more than time on the wall."""
MEMORY: Final = 2.0 * 2**30
"""Bytes that the screening may take, the pages of the registry included."""


def figures(*, quick: bool) -> list[Figure]:
    """Measure one verdict, and the screening of a list."""
    repeats, number = (3, 20) if quick else (21, 500)
    return [*verdicts(repeats, number), *screening(20_000 if quick else 1_000_000, 8 if quick else 378)]


def verdicts(repeats: int, number: int) -> list[Figure]:
    """Measure verdicts on one contact with two interactions: whether, and with every reason."""
    contact = Contact(id="c-1", country="US", phone="+12125550123")
    history = [
        Purchase(id="i-1", occurred_at=datetime(2026, 1, 1, tzinfo=UTC)),
        CallOutbound(id="i-2", occurred_at=datetime(2026, 11, 20, tzinfo=UTC), outcome="no_answer"),
    ]
    obtained = datetime(2026, 11, 10, tzinfo=UTC)
    registry = outreach.DoNotCallRegistry.from_numbers(["2125550199"], obtained_at=obtained)

    def asked(purpose: str, caller: str) -> Callable[[], outreach.Verdict]:
        options: dict[str, Any] = {"purpose": purpose, "channel": "voice", "at": AT, "caller": caller}
        return lambda: outreach.permit(contact, history, registries=registry, **options)

    selling, collecting = asked("telemarketing", "seller"), asked("telecollection", "collector")

    def line(name: str, run: Callable[[], Any], target: Target | None = None) -> Figure:
        return compared(f"{name} / {VERDICT * 1e6:g} µs", calls(run, number), lambda: VERDICT, repeats, target)

    return [
        line("a call to sell: allowed or not", lambda: selling().allowed, Target(1)),
        line("a call to collect: allowed or not", lambda: collecting().allowed, Target(1)),
        line("a call to sell: every reason", lambda: selling().reasons),
        line("a call to collect: every reason", lambda: collecting().reasons),
        line("a call to sell: every reason in words, as JSON", lambda: selling().model_dump_json()),
    ]


def screening(contacts: int, codes: int) -> list[Figure]:
    """Measure the screening of a list in a process of its own, from files, its tables checked."""
    command = [sys.executable, "-m", "benchmarks.permit_child", str(contacts), str(codes)]
    took = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    part = contacts / 1_000_000
    size = f"{contacts:,} contacts, {2 * contacts:,} interactions, {took['numbers'] / 1e6:.3g} million numbers"
    return [
        of_pairs(f"{size}: processor time / {LIST * part:g} s", [(took["processor"], LIST * part)], Target(1)),
        of_pairs(f"the same: time on the wall / {LIST * part:g} s", [(took["wall"], LIST * part)]),
        of_pairs("the same: memory / 2 GiB", [(took["memory"], MEMORY)], Target(1), "bytes"),
    ]
