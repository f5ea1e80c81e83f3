"""``leadqual demo``: make a sample, qualify it, and leave files to try the other commands on."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from leadqual import datasets, policies
from leadqual.cli.guard import guarded
from leadqual.cli.options import JsonOption, PolicyArgument, PolicyOption, one_policy
from leadqual.cli.output import print_bars, print_cards, print_json, print_not_appeared, progress_bar, say
from leadqual.cli.qualify import Qualified, hottest, lead_cards, qualify
from leadqual.cli.words import called_as, counted, hottest_title, seen_at
from leadqual.datasets import Demo
from leadqual.errors import InputError, Place, Problem
from leadqual.files.records import contact_record, decision_record, interaction_record
from leadqual.files.write import WholeFiles, write_lines, write_table
from leadqual.lifecycle.policy import Policy
from leadqual.policies.documents import policy_named

_HOTTEST: Final = 10
_SHIPPED: Final = "sales"
_POLICY: Final = "policy.yaml"
_TESTS: Final = "policy.policytest.yaml"
_TABLES: Final = ("contacts.csv", "interactions.csv", "decisions.csv")
_WHOLE: Final = "decisions.jsonl"


@guarded
def demo(
    out: Annotated[
        Path, typer.Option("--out", metavar="DIR", help="The folder to write to; made if it is not there.")
    ] = Path("leadqual-demo"),
    contacts: Annotated[int, typer.Option("--contacts", metavar="N", help="How many contacts to make.")] = 2000,
    seed: Annotated[int, typer.Option("--seed", metavar="S", help="Another seed makes another sample.")] = 7,
    policy: PolicyArgument = None,
    named: PolicyOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make a sample of contacts, qualify it, and show the result.

    Everything is invented, and the same for the same seed. The files are written to a folder, so that the other
    commands can be tried on them.

    \b
    Examples:
      leadqual demo
      leadqual demo --contacts 500 --seed 3 --out sample
      leadqual demo --policy my-policy.yaml
    """  # noqa: D301 - \b keeps the lines of the examples
    name = _SHIPPED if policy is None and named is None else one_policy(policy, named)
    chosen = policy_named(name)
    sample = datasets.demo(contacts=contacts, seed=seed)
    texts = _texts(name, chosen)
    _make_folder(out, texts)
    with progress_bar(quiet=as_json) as watch:
        result = qualify(chosen, sample.contacts, sample.histories, sample.at, watch)
    if result.undecided:
        raise InputError([problem for _, problems in result.undecided for problem in problems])
    written = _write(out, sample, result, texts)
    best = hottest(chosen, result.decisions, _HOTTEST)
    if as_json:
        leads = [decision_record(decision, contact) for contact, decision in best]
        files = [str(path) for path in written]
        counts = {"stages": result.stages(chosen), "not_appeared": result.not_appeared}
        print_json({"ok": True, "at": sample.at, **counts, "hottest": leads, "files": files})
        return
    _show(sample, result, best, chosen)
    _what_next(written, sample, chosen, best[0][0].id if best else sample.contacts[0].id)


def _texts(given: str, policy: Policy) -> dict[str, str]:
    """Return the policy by the name of its file; one that ships comes with its comments and its tests."""
    if given not in policies.names() or Path(given).is_file():
        return {_POLICY: policy.to_yaml()}
    tests = policies.cases(given).replace(f"policy: {given}\n", f"policy: {_POLICY}\n", 1)
    return {_POLICY: policies.text(given), _TESTS: tests}


def _make_folder(out: Path, texts: Mapping[str, str]) -> None:
    """Make the folder; raise if it holds files that an earlier demo did not leave there."""
    there = [name for name in (*texts, *_TABLES, _WHOLE) if (out / name).exists()]
    own = len(there) == len((*texts, *_TABLES, _WHOLE)) and all(
        (out / name).read_bytes() == text.encode() for name, text in texts.items()
    )
    if there and not own:
        message, hint = "the folder holds files that would be lost", "name another folder with --out, or empty this one"
        raise InputError(Problem("overwritten-file", message, Place(str(out)), ", ".join(there), hint=hint))
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        hint = "name a folder that may be written to with --out"
        problem = Problem(
            "unwritable-folder", f"the folder cannot be made: {error.strerror}", Place(str(out)), hint=hint
        )
        raise InputError(problem) from None


def _write(out: Path, sample: Demo, result: Qualified, texts: Mapping[str, str]) -> list[Path]:
    people: list[dict[str, Any]] = [contact_record(contact) for contact in sample.contacts]
    events = (
        interaction_record(contact.id, one) for contact in sample.contacts for one in sample.histories[contact.id]
    )
    decided = (decision_record(decision, contact) for contact, decision in result.decisions)
    with WholeFiles() as files:
        for name, text in texts.items():
            files.for_target(out / name).write_text(text, encoding="utf-8")
        for name, rows in zip(_TABLES, (people, events, decided), strict=True):
            write_table(files.for_target(out / name), rows, out / name)
        lines = (decision.model_dump_json() for _, decision in result.decisions)
        write_lines(files.for_target(out / _WHOLE), lines)
    return [out / name for name in (*texts, *_TABLES, _WHOLE)]


def _show(sample: Demo, result: Qualified, best: Any, policy: Policy) -> None:
    events = sum(len(history) for history in sample.histories.values())
    counts = f"{counted(len(sample.contacts), 'contact')} with {counted(events, 'interaction')}"
    say(f"{counts}, seen at {seen_at(sample.at)} under {policy.ref}.", "title")
    if policy.stages:
        print_bars("Stages", result.stages(policy))
        print_not_appeared(result.not_appeared)
    print_cards(hottest_title(len(best)), lead_cards(best))


def _what_next(written: list[Path], sample: Demo, declared: Policy, contact_id: str) -> None:
    policy, contacts, interactions = (str(written[0].with_name(name)) for name in (_POLICY, *_TABLES[:2]))
    data = f"--policy {policy} --contacts {contacts} --interactions {interactions} --at {sample.at:%Y-%m-%dT%H:%M:%SZ}"
    if any(name not in declared.fields for contact in sample.contacts for name in contact.attributes):
        data += " --ignore-unknown-columns"  # the sample has fields of the policy that ships for sales
    program = called_as()
    say("\nWritten", "title")
    for path in written:
        say(f"  {path}", whole=True)
    say("\nWhat to try next", "title")
    say(f"  {program} explain {contact_id} {data}", "hint", whole=True)
    say(f"  {program} score {data} --out scores.csv --ledger", "hint", whole=True)
    say(f"  {program} check {policy}", "hint", whole=True)
    if any(path.name == _TESTS for path in written):
        say(f"  {program} test {written[0].parent}", "hint", whole=True)
    say(f"Change {policy} to fit your own business, and run these again.")
