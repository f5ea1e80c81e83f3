"""Every night: where everybody stands, who moved since the night before, and whom we may call.

    python nightly.py --policy sales --at 2026-11-23T00:00:00Z --out nights --database sqlite:///leads.db

A night is a folder, there whole or not at all. Contacts are worked through in parts; started again after it was killed,
the job leaves parts that are finished as they are. Run twice, it writes nothing the second time.
"""

from __future__ import annotations

import argparse
import fcntl
import json
import os
import shutil
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import polars as pl
from asked import job_of
from night import ORDER, Job
from sources import Range, Source

import leadqual as lq

TABLES: Final = ("standings", "moved", "to_call")
_PLAN: Final = "plan.json"


class Refused(Exception):
    """The job would mix up what is there."""


def run(job: Job, source: Source, out: Path, *, size: int = 20_000) -> Path:
    """Work a night out, unless it is there already, and return its folder."""
    out.mkdir(parents=True, exist_ok=True)
    folder = out / name_of(job.at)
    with _alone(out):
        if not folder.exists():
            _build(job, source, folder, before=_night_before(out, job.at), size=size)
        else:
            _check_asked(folder, job)
        shutil.rmtree(_draft(folder), ignore_errors=True)
        # Nobody is listed as moved on a first night, though time has moved some: then the owner looks at all of them.
        told = "standings" if _plan(folder).get("first") else "moved"
        whose = pl.read_parquet(folder / f"{told}.parquet")["contact_id"]
        source.caught_up(whose.to_list(), job.at)  # once more after a crash: it does no harm
    return folder


def name_of(at: datetime) -> str:
    """Return the name of a night's folder; such names are in the order of time."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H%M%S.%fZ")


@contextmanager
def _alone(out: Path) -> Iterator[None]:
    """Let no other process work on these nights; the lock goes when the process does, however it ends."""
    with (out / ".lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Refused(f"another process is at work in {out}") from None
        yield


def _night_before(out: Path, at: datetime) -> pl.DataFrame | None:
    nights = sorted(folder.name for folder in out.iterdir() if folder.is_dir() and not folder.name.startswith("."))
    if later := [name for name in nights if name > name_of(at)]:
        raise Refused(f"{out} holds a later night, {later[-1]}; nights are worked out in order")
    return pl.read_parquet(out / nights[-1] / "standings.parquet") if nights else None


def _build(job: Job, source: Source, folder: Path, *, before: pl.DataFrame | None, size: int) -> None:
    draft = _draft(folder)
    plan = _claimed(draft, job, source, size, first=before is None)
    if plan["first"]:
        print("first night: there is none before it to compare with, so nobody is listed as moved", flush=True)
    for number, part in enumerate(_ranges(plan["ends"])):
        if not (draft / f"{number}.done").exists():
            _work_out(job, source, draft, number, part, before)
    night = draft / "night"
    shutil.rmtree(night, ignore_errors=True)
    night.mkdir()
    for table in TABLES:
        whole = pl.concat([pl.read_parquet(draft / f"{number}.{table}") for number in range(len(plan["ends"]) + 1)])
        whole = whole.sort(*ORDER, descending=[True, False, False]) if table == "to_call" else whole
        whole.write_parquet(night / f"{table}.parquet")
        if table != "standings":
            whole.write_csv(night / f"{table}.csv")
    shutil.copy(draft / _PLAN, night / _PLAN)
    _to_disk(night)
    night.replace(folder)  # from here on the night is there
    _to_disk(folder.parent)


def _draft(folder: Path) -> Path:
    return folder.with_name(f".{folder.name}.part")


def _claimed(draft: Path, job: Job, source: Source, size: int, *, first: bool) -> dict[str, Any]:
    """Return the plan of a night that was begun, or a new one; where something else was asked for it is begun anew."""
    asked = {**_asked(job), "first": first}
    if (draft / _PLAN).exists() and asked.items() <= _plan(draft).items():
        return _plan(draft)
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir()
    plan = {**asked, "ends": source.ids()[size - 1 : -1 : size]}
    _write(draft / _PLAN, json.dumps(plan, indent=2).encode())
    return plan


def _asked(job: Job) -> dict[str, Any]:
    """Return what parts of one night have to have in common."""
    return {
        "policy": job.policy.content_hash, "at": job.at.isoformat(), "call": " ".join(job.call), "caller": job.caller,
        "registry": job.registry, "on_new_policy": job.on_new_policy,
    }  # fmt: skip


def _check_asked(folder: Path, job: Job) -> None:
    """Raise `Refused` if a night that is there was asked for otherwise: how a new policy was met is history by now."""
    asked = _asked(job)
    plan = {**asked, **_plan(folder)}
    if plan["policy"] != asked["policy"]:
        raise Refused(f"{folder} was made under another policy; move it away to make it again")
    if other := [name for name in ("call", "caller", "registry") if plan[name] != asked[name]]:
        raise Refused(f"{folder} was made with another --{', --'.join(other)}; move it away to make it again")


def _plan(folder: Path) -> dict[str, Any]:
    read: dict[str, Any] = json.loads((folder / _PLAN).read_text(encoding="utf-8"))
    return read


def _ranges(ends: Sequence[str]) -> Iterator[Range]:
    yield from zip([None, *ends], [*ends, None], strict=True)


def _work_out(job: Job, source: Source, draft: Path, number: int, part: Range, before: pl.DataFrame | None) -> None:
    contacts, interactions = source.tables(part, job.at)
    night = job.run(contacts, interactions, before)
    for table in TABLES:
        getattr(night, table).write_parquet(draft / f"{number}.{table}")
    _write(draft / f"{number}.done", str(len(night.late)).encode())
    print(
        f"part {number}: {len(contacts):,} contacts, {len(night.moved):,} moved, {len(night.late):,} late", flush=True
    )


def _write(file: Path, content: bytes) -> None:
    """Write a small file that is there whole or not at all."""
    part = file.with_suffix(".new")
    part.write_bytes(content)
    part.replace(file)


def _to_disk(folder: Path) -> None:
    """Wait until all that a folder holds is on disk, so that a power cut finds it so."""
    for path in [*folder.iterdir(), folder]:
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def main(arguments: Sequence[str] | None = None) -> int:
    given = _options(arguments)
    try:
        job, opened, size = job_of(given)
        print(run(job, opened(), given.out, size=size))
    except (lq.LeadqualError, Refused) as error:
        print(error, file=sys.stderr)
        return 2
    return 0


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Work out a night: standings, who moved, whom we may call.")
    parser.add_argument("--policy", required=True, help="a policy file, or the name of one that ships")
    parser.add_argument("--at", required=True, help="the instant, with its zone: 2026-11-23T00:00:00Z")
    parser.add_argument("--out", required=True, type=Path, help="the folder of the nights")
    parser.add_argument("--database", metavar="URL", help="the database of the web application")
    parser.add_argument("--contacts", type=Path, help="or a Parquet file of contacts")
    parser.add_argument("--interactions", type=Path, help="and one of interactions")
    parser.add_argument("--call", nargs="+", default=["sql", "prospect"], metavar="STAGE", help="where a call is due")
    parser.add_argument("--caller", default="seller", help="what we are (%(default)s)")
    parser.add_argument("--registry", metavar="FILE", help="a do-not-call registry")
    parser.add_argument("--on-new-policy", default="stop", metavar="HOW", help="stop, adopt or replay; %(default)s")
    parser.add_argument("--size", default="20000", help="how many contacts a part has (%(default)s)")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
