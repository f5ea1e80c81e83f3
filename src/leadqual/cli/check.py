"""``leadqual check``: whether a policy is sound, and what it holds."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from leadqual.cli.findings import findings_of, print_findings
from leadqual.cli.guard import REFUSED, guarded
from leadqual.cli.options import JsonOption, PolicyArgument, PolicyOption, one_policy
from leadqual.cli.output import print_json, print_table, say
from leadqual.lifecycle.policy import Policy
from leadqual.policies.documents import source_named
from leadqual.policy.load import load_policy
from leadqual.proofs.lint.report import LintReport


@guarded
def check(
    policy: PolicyArgument = None,
    named: PolicyOption = None,
    schema: Annotated[bool, typer.Option("--schema", help="Print the JSON Schema of policies, for editors.")] = False,
    strict: Annotated[bool, typer.Option("--strict", help="Let warnings make the exit status 1.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Check a policy: print what it holds, or every problem with its line and a hint.

    Warnings and notes tell what is allowed and may not be meant, each with its proof or a contact that shows it. The
    exit status is 0 if the policy is sound, 1 if it has warnings and --strict is given, and 2 if it has problems.

    \b
    Examples:
      leadqual check my-policy.yaml
      leadqual check my-policy.yaml --strict
      leadqual check sales --json
      leadqual check --schema > policy.schema.json
    """  # noqa: D301 - \b keeps the lines of the examples
    if schema:
        print_json(Policy.model_json_schema())
        return
    source = source_named(one_policy(policy, named))
    loaded = load_policy(Policy, source)
    report = findings_of(loaded, source, quiet=as_json)
    refused = strict and bool(report.warnings)
    if as_json:
        warnings, notes = ([finding.to_dict() for finding in found] for found in (report.warnings, report.notes))
        print_json({"ok": not refused, **_summary(loaded), "warnings": warnings, "notes": notes})
    else:
        _show(loaded, report)
    if refused:
        raise typer.Exit(REFUSED)


def _summary(policy: Policy) -> dict[str, Any]:
    lookback = policy.lookback
    return {
        "name": policy.name,
        "version": policy.version,
        "hash": policy.content_hash,
        "lookback_days": None if lookback is None else lookback.total_seconds() / 86_400,
        "review_every": None if policy.review_every is None else str(policy.review_every),
        "scores": {name: len(score.rules) for name, score in policy.scores.items()},
        "scorers": list(policy.scorers),
        "grades": {name: list(dict.fromkeys(policy.grade_values(name))) for name in policy.grades},
        "stages": list(policy.stages),
        "transitions": [way.id for way in policy.transitions],
        "fields": list(policy.fields),
        "interactions": list(policy.interactions),
    }


def _show(policy: Policy, report: LintReport) -> None:
    say(f"{policy.ref} is sound.", "good")
    print_findings(report)
    if policy.description:
        say(policy.description)
    lookback = policy.lookback
    reach = (
        "everything that ever happened" if lookback is None else f"the last {lookback.total_seconds() / 86_400:g} days"
    )
    say(f"\n  hash       {policy.content_hash}", whole=True)
    say(f"  lookback   {reach}")
    say(f"  reviewed   {'at interactions only' if policy.review_every is None else f'every {policy.review_every}'}")
    if policy.fields or policy.interactions:
        say(f"  own names  {', '.join([*policy.fields, *policy.interactions])}")
    ranges = policy.score_ranges
    scores = [
        [name, f"{ranges[name][0]:g} to {ranges[name][1]:g}", len(score.rules), score.description or ""]
        for name, score in policy.scores.items()
    ]
    scores += [
        [name, f"{ranges[name][0]:g} to {ranges[name][1]:g}", "", "given by a scorer"] for name in policy.scorers
    ]
    if scores:
        print_table("Scores", ("score", "range", "rules", "meaning"), scores, wide=("meaning",))
    if policy.stages:
        stages = [[name, _ways(policy, name), stage.description or ""] for name, stage in policy.stages.items()]
        print_table("Stages", ("stage", "leads to", "meaning"), stages, wide=("leads to", "meaning"))


def _ways(policy: Policy, stage: str) -> str:
    return ", ".join(dict.fromkeys(way.target for way in policy.transitions if stage in way.source))
