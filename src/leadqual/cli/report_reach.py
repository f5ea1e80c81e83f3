"""What ``leadqual report`` asks of the law, for the section on who may be contacted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from leadqual.cli.at_once import AtOnce
from leadqual.cli.output import Watch
from leadqual.cli.permit_asked import caller_named, rules_in_force, words_of
from leadqual.cli.permit_options import own_list
from leadqual.cli.permit_registries import Named, named_registries
from leadqual.errors import InputError, Place, Problem, shown


@dataclass(frozen=True)
class AskedReach:
    """What is asked, checked; lists of numbers are not read yet."""

    options: Mapping[str, Any]
    registries: Named

    def read(self, watch: Watch) -> dict[str, Any]:
        """Return what `leadqual.report.build` is given."""
        return {**self.options, "registries": self.registries.read(watch)}


def reach_asked(
    reach: str | None,
    caller: str | None,
    registry: list[Path] | None,
    registry_obtained: list[str] | None,
    do_not_call: list[Path] | None,
    rules: list[str] | None,
    pack: list[str] | None,
    time_zone: str | None,
    *,
    paid: bool,
    ignore_unknown_columns: bool,
) -> AskedReach | None:
    """Return what is asked of the law, or nothing; raise `InputError` with everything that is wrong with it."""
    if reach is None:
        beside = {
            "--caller": caller, "--paid": paid, "--registry": registry, "--registry-obtained": registry_obtained,
            "--do-not-call": do_not_call, "--rules": rules, "--pack": pack,
        }  # fmt: skip
        message, hint = "this has a meaning beside --reach alone", "--reach telemarketing,voice"
        if problems := [
            Problem("bad-usage", message, Place(name), hint=hint) for name, given in beside.items() if given
        ]:
            raise InputError(problems)
        return None
    steps = AtOnce()
    with steps:
        purpose, channel = _both(reach)
        words_of(purpose, channel)
    with steps:
        who = caller_named(caller, paid=paid)
    with steps:
        copies = named_registries(registry, registry_obtained, time_zone)
    with steps:
        own = own_list(do_not_call)
    with steps:
        book = rules_in_force(pack, rules)
    steps.tell()
    options = {"purpose": purpose, "channel": channel, "caller": who, "suppressed": own, "rules": book}
    return AskedReach({**options, "ignore_unknown_columns": ignore_unknown_columns}, copies)


def _both(reach: str) -> tuple[str, str]:
    """Return the purpose and the channel that an option names."""
    parts = [part.strip() for part in reach.split(",")]
    if len(parts) != 2 or not all(parts):
        message, expected = "this names no purpose and channel", "both with a comma between them"
        hint = "--reach telemarketing,voice"
        raise InputError(Problem("bad-usage", message, Place("--reach"), shown(reach), expected, hint))
    return parts[0], parts[1]
