from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from leadqual.errors import InputError
from leadqual.outreach.registries import kept
from leadqual.outreach.registries.registry import DoNotCallRegistry

AT = datetime(2026, 11, 1, 8, 30, 0, 125, UTC)
NUMBERS = [2125550123, 2125500000, 2125499999, 9999999999, 2000000000]
ASKED = np.array([*NUMBERS, 2125550124, 2125500001, 9999999998, 3125550123])


def made(**options: object) -> DoNotCallRegistry:
    return DoNotCallRegistry.from_numbers([*NUMBERS, "x"], obtained_at=AT, name="ours", skip_bad=True, **options)  # type: ignore[arg-type]


@pytest.mark.parametrize("codes", [None, "all", ["212", "999", "200", "718"]])
def test_a_registry_in_a_file_is_the_one_in_memory(codes: object, tmp_path: Path) -> None:
    first = made(area_codes=codes)
    first.save(tmp_path / "a.dnc")
    straight = made(area_codes=codes, into=tmp_path / "b.dnc")
    again = DoNotCallRegistry.open(tmp_path / "a.dnc")
    again.save(tmp_path / "c.dnc")
    again.save(tmp_path / "a.dnc")
    contents = {file.read_bytes() for file in tmp_path.iterdir()}
    assert len(contents) == 1
    for other in (straight, again, DoNotCallRegistry.open(str(tmp_path / "c.dnc"))):
        assert repr(other) == repr(first)
        assert (other.obtained_at, other.area_codes, len(other)) == (AT, first.area_codes, 5)
        assert other.rejected.count == first.rejected.count == 1
        assert other.lookup_all(ASKED).to_list() == first.lookup_all(ASKED).to_list()
        assert other.path is not None
    assert first.path is None


def test_many_blocks_grow_in_a_file_as_in_memory(tmp_path: Path) -> None:
    numbers = np.random.default_rng(1).integers(2_000_000_000, 9_999_999_999, 3_000)
    first = DoNotCallRegistry.from_numbers(numbers, obtained_at=AT)
    straight = DoNotCallRegistry.from_numbers(numbers, obtained_at=AT, into=tmp_path / "us.dnc")
    assert len(straight) == len(first) == len(set(numbers.tolist()))
    assert straight.lookup_all(numbers).all()
    assert straight.lookup_all(numbers + 1).to_list() == first.lookup_all(numbers + 1).to_list()


@pytest.mark.parametrize(
    ("size", "code"),
    [
        (0, "not-a-registry"),
        (10, "not-a-registry"),
        (20, "damaged-file"),
        (50_000, "damaged-file"),
        (-1, "damaged-file"),
    ],
)
def test_a_file_that_is_cut_is_refused(size: int, code: str, tmp_path: Path) -> None:
    made().save(tmp_path / "us.dnc")
    content = (tmp_path / "us.dnc").read_bytes()
    (tmp_path / "us.dnc").write_bytes(content[:size])
    with pytest.raises(InputError) as error:
        DoNotCallRegistry.open(tmp_path / "us.dnc")
    assert error.value.code == code


@pytest.mark.parametrize("at", [24, 60, 20_000, 100_000])
def test_a_file_with_another_byte_in_its_head_is_refused(at: int, tmp_path: Path) -> None:
    made().save(tmp_path / "us.dnc")
    content = bytearray((tmp_path / "us.dnc").read_bytes())
    content[at] ^= 1
    (tmp_path / "us.dnc").write_bytes(content)
    with pytest.raises(InputError) as error:
        DoNotCallRegistry.open(tmp_path / "us.dnc")
    assert error.value.code == "damaged-file"


def test_a_file_with_more_at_its_end_and_one_of_another_format_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "us.dnc"
    made().save(file)
    with file.open("ab") as handle:
        handle.write(b"\0")
    with pytest.raises(InputError) as error:
        DoNotCallRegistry.open(file)
    assert error.value.code == "damaged-file"
    monkeypatch.setattr(kept, "FORMAT", 2)
    made().save(file)
    monkeypatch.undo()
    with pytest.raises(InputError, match="format 2") as error:
        DoNotCallRegistry.open(file)
    assert error.value.code == "other-version"


def test_files_that_are_none_of_ours_are_refused(tmp_path: Path) -> None:
    (tmp_path / "list.txt").write_bytes(b"212,5550123\n" * 100_000)
    with pytest.raises(InputError, match="from_files") as error:
        DoNotCallRegistry.open(tmp_path / "list.txt")
    assert error.value.code == "not-a-registry"
    for path in (tmp_path, tmp_path / "none.dnc"):
        with pytest.raises(InputError) as error:
            DoNotCallRegistry.open(path)
        assert error.value.code == "unreadable-file"


def test_where_nothing_can_be_written_nothing_is_left(tmp_path: Path) -> None:
    registry = made()
    for target in (tmp_path / "none" / "us.dnc", tmp_path):
        with pytest.raises(InputError) as error:
            registry.save(target)
        assert error.value.code == "unwritable-file"
        with pytest.raises(InputError) as error:
            made(into=target)
        assert error.value.code == "unwritable-file"
    assert list(tmp_path.iterdir()) == []


def test_a_registry_that_fails_leaves_the_one_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made().save(tmp_path / "us.dnc")
    with pytest.raises(InputError):
        DoNotCallRegistry.from_numbers(["x"], obtained_at=AT + timedelta(1), into=tmp_path / "us.dnc")
    assert DoNotCallRegistry.open(tmp_path / "us.dnc").obtained_at == AT

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "posix_fallocate", full, raising=False)
    with pytest.raises(InputError, match="No space") as error:
        made(into=tmp_path / "us.dnc")
    assert error.value.code == "unwritable-file"
    assert [file.name for file in tmp_path.iterdir()] == ["us.dnc"]
