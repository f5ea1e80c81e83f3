from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadqual.errors import InputError
from leadqual.outreach.registries.changes import change_in
from leadqual.outreach.registries.numbering import Numbering
from leadqual.outreach.registries.registry import DoNotCallRegistry

AT = datetime(2026, 11, 1, tzinfo=UTC)
LATER = AT + timedelta(days=7)
US = Numbering.of("US")


def first(**options: Any) -> DoNotCallRegistry:
    return DoNotCallRegistry.from_numbers(["2125550123", "2125550124"], obtained_at=AT, name="ours", **options)


def updated(lines: str, folder: Path, registry: DoNotCallRegistry | None = None, **options: Any) -> DoNotCallRegistry:
    (folder / "changes.txt").write_text(lines)
    return (registry or first()).updated(folder / "changes.txt", **{"obtained_at": LATER, **options})


def held(registry: DoNotCallRegistry) -> list[int]:
    return [number for number in range(2125550120, 2125550130) if registry.lookup(f"+1{number}")]


def test_numbers_are_added_and_deleted_in_another_registry(tmp_path: Path) -> None:
    before = first()
    after = updated("212,5550125,2026-11-03 08:00:00,A\r\n\r\n2125550123,D,20261104\n", tmp_path, before)
    assert (held(before), held(after)) == ([2125550123, 2125550124], [2125550124, 2125550125])
    assert (before.obtained_at, after.obtained_at, after.name, len(after)) == (AT, LATER, "ours", 2)
    assert after.area_codes == ("212",)


def test_a_registry_in_a_file_is_updated_into_another(tmp_path: Path) -> None:
    before = first(into=tmp_path / "before.dnc")
    after = updated("212,5550125,A\n212,5550123,D\n", tmp_path, before, into=tmp_path / "after.dnc")
    assert (held(before), held(after)) == ([2125550123, 2125550124], [2125550124, 2125550125])
    assert held(DoNotCallRegistry.open(tmp_path / "after.dnc")) == held(after)
    assert held(DoNotCallRegistry.open(tmp_path / "before.dnc")) == held(before)
    assert held(updated("212,5550126,A\n", tmp_path, before)) == [2125550123, 2125550124, 2125550126]
    same = updated("212,5550126,A\n", tmp_path, before, into=tmp_path / "before.dnc")
    assert held(same) == [2125550123, 2125550124, 2125550126]
    assert held(before) == [2125550123, 2125550124]


@pytest.mark.parametrize(
    "time", ["2026-11-20T08:00:00Z", "2026-11-20", "20261120080000", "2026-11-20 08:00", '"20261120"']
)
def test_fields_are_known_by_their_shape(time: str) -> None:
    for fields in (*permutations(["212", "5550123", time, "D"]), *permutations(["2125550123", "d", time, ""])):
        change = change_in(",".join(fields), US)
        assert change is not None
        assert (change.number, change.added) == (2125550123, False)


@pytest.mark.parametrize(
    "line",
    [
        "212,5550123",
        "212,5550123,I",
        "212,5550123,A,D",
        "212,5550123,A,A",
        "212,5550123,A,20261120,20261121",
        "212,5550123,2125550124,A",
        "212,646,5550123,A",
        "212,A",
        "5550123,A",
        "A",
        "212,5550123,A,11/20/2026",
        "212,5550123,A,2026-13-01",
        "212,5550123,A,20261120080",
        "212,5550123,A,2026112008",
        "212,5550123,A,x",
        "112,5550123,A",
        "212;5550123;A",
    ],
)
def test_a_line_that_cannot_surely_be_read_is_told(line: str, tmp_path: Path) -> None:
    with pytest.raises(InputError) as error:
        updated(f"212,5550125,A\n{line}\n", tmp_path)
    (problem,) = error.value.problems
    assert (problem.code, problem.place.line) == ("bad-change-line", 2)
    registry = updated(f"212,5550125,A\n{line}\n", tmp_path, skip_bad=True)
    assert (len(registry), registry.rejected.count) == (3, 1)


@pytest.mark.parametrize(
    ("lines", "listed"),
    [
        ("2125550125,A,20261103\n2125550125,D,20261102\n", True),
        ("2125550125,D,20261102\n2125550125,A,20261103\n", True),
        ("2125550125,D,20261103\n2125550125,A,20261102\n", False),
        ("2125550125,A,2026-11-03T00:30+07:00\n2125550125,D,2026-11-02T20:00Z\n", False),
        ("2125550125,A,20261102\n2125550125,D,20261103\n2125550125,A,20261104\n", True),
        ("2125550125,A,20261104\n2125550125,A\n", True),
    ],
)
def test_the_latest_line_about_a_number_counts(lines: str, listed: bool, tmp_path: Path) -> None:
    assert updated(lines, tmp_path).lookup("+12125550125") is listed


@pytest.mark.parametrize(
    "lines",
    [
        "2125550125,A\n2125550125,D\n",
        "2125550125,A,20261103\n2125550125,D,20261103\n",
        "2125550125,A,20261103\n2125550125,D,2026-11-04T08:00Z\n",
        "2125550125,A,2026-11-03T08:00\n2125550125,D,2026-11-04T08:00Z\n",
        "2125550125,A,20261103\n2125550125,D\n",
    ],
)
def test_lines_of_which_nobody_knows_the_last_are_told(lines: str, tmp_path: Path) -> None:
    with pytest.raises(InputError) as error:
        updated(lines, tmp_path)
    assert error.value.code == "contradictory-changes"
    assert error.value.problems[0].found == "+12125550125"
    registry = updated(lines + "212,5550126,A\n", tmp_path, skip_bad=True)
    assert (held(registry), registry.rejected.count) == ([2125550123, 2125550124, 2125550126], 1)


def test_a_change_list_covers_no_further_area_code(tmp_path: Path) -> None:
    with pytest.raises(InputError) as error:
        updated("646,5550125,A\n", tmp_path)
    assert error.value.code == "area-not-covered"
    assert updated("646,5550125,A\n", tmp_path, skip_bad=True).lookup("+16465550125") is None
    assert updated("646,5550125,A\n", tmp_path, first(area_codes="all")).lookup("+16465550125") is True


def test_a_change_list_is_later_than_the_copy(tmp_path: Path) -> None:
    for at in (AT, AT - timedelta(days=1)):
        with pytest.raises(InputError) as error:
            updated("212,5550125,A\n", tmp_path, obtained_at=at)
        assert error.value.code == "older-registry"
    with pytest.raises(InputError) as error:
        updated("212,5550125,A\n", tmp_path, obtained_at=datetime(2026, 11, 8))
    assert error.value.code == "naive-datetime"


def test_a_file_that_was_no_change_list_is_refused(tmp_path: Path) -> None:
    for lines in ("", "<xml/>"):
        with pytest.raises(InputError):
            updated(lines, tmp_path)
    with pytest.raises(InputError) as error:
        updated("212,5550125,A\n", tmp_path, into=tmp_path / "changes.txt")
    assert error.value.code == "overwritten-file"


def test_changes_of_another_country(tmp_path: Path) -> None:
    (tmp_path / "gb.txt").write_text("+441632960002,A\nD,1632960001\n")
    before = DoNotCallRegistry.from_numbers(["+441632960001"], obtained_at=AT, country="GB", area_codes="all")
    after = before.updated(tmp_path / "gb.txt", obtained_at=LATER)
    assert [after.lookup(f"+44163296000{last}") for last in (1, 2)] == [False, True]


@settings(max_examples=30)
@given(st.lists(st.tuples(st.integers(0, 9), st.booleans()), max_size=30), st.randoms())
def test_changes_in_any_order_are_those_of_a_set(changes: list[tuple[int, bool]], random: Any) -> None:
    import tempfile  # noqa: PLC0415 - a folder of each example

    expected = {2125550123, 2125550124}
    lines = ["212,5550123,A,20000101"]
    for second, (last, added) in enumerate(changes):
        (expected.add if added else expected.discard)(2125550120 + last)
        lines.append(f"212,555012{last},{'A' if added else 'D'},202611{second + 1:02d}")
    random.shuffle(lines)
    with tempfile.TemporaryDirectory() as folder:
        assert held(updated("\n".join(lines), Path(folder))) == sorted(expected)
