from __future__ import annotations

import gzip
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadqual.errors import InputError
from leadqual.outreach.registries import sources
from leadqual.outreach.registries.layouts import read_lines
from leadqual.outreach.registries.numbering import Numbering
from leadqual.outreach.registries.registry import DoNotCallRegistry

AT = datetime(2026, 11, 1, tzinfo=UTC)
US, GB = Numbering.of("US"), Numbering.of("GB")
LINES = b"212,5550123\n212,5550124\n646,5550100\n"


def read(content: bytes, folder: Path, name: str = "list.txt", **options: Any) -> DoNotCallRegistry:
    file = folder / name
    file.write_bytes(content)
    return DoNotCallRegistry.from_files(file, obtained_at=AT, **options)


def held(registry: DoNotCallRegistry) -> list[int]:
    numbers = [2125550122, 2125550123, 2125550124, 6465550100, 6465550101]
    return [number for number in numbers if registry.lookup(f"+1{number}")]


@pytest.mark.parametrize(
    "content",
    [
        LINES,
        LINES.replace(b",", b""),
        LINES.replace(b"\n", b"\r\n"),
        LINES.replace(b",", b"").replace(b"\n", b"\r\n"),
        LINES[:-1],
        b"\xef\xbb\xbf" + LINES,
        b"\n\n" + LINES.replace(b"\n", b"\n\n") + b"  \n",
        b"2125550123\n212,5550124\r\n+16465550100",
        b"2125550123 \n212,5550124\t\r\n6465550100\n",
        LINES + LINES,
        b"+12125550123\n+12125550124\n+16465550100\n",
    ],
)
@pytest.mark.parametrize("small", [False, True])
def test_every_spelling_is_read(content: bytes, small: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if small:
        monkeypatch.setattr(sources, "_PIECE", 7)
    registry = read(content, tmp_path)
    assert held(registry) == [2125550123, 2125550124, 6465550100]
    assert (len(registry), registry.area_codes, registry.rejected.count) == (3, ("212", "646"), 0)


@pytest.mark.parametrize(
    "line",
    [
        "1-212-555-0123",
        "12125550123",
        "(212) 555-0123",
        "212-5550123",
        "212,555012",
        "212,55501234",
        "5550123",
        "212, 5550123",
        " 2125550123",
        "0125550123",
        "112,5550123",
        "212;5550123",
        "212,555O123",
        "+442125550123",
        "212,5550123,A",
        "2125550123     x",
        "２１２5550123",
        "phone",
        "2125550123\x00",
        "21255501\r23",
    ],
)
def test_a_line_that_cannot_surely_be_read_is_told(line: str, tmp_path: Path) -> None:
    content = LINES + line.encode() + b"\n" + LINES
    with pytest.raises(InputError) as error:
        read(content, tmp_path)
    (problem,) = error.value.problems
    assert (problem.code, problem.place.source, problem.place.line) == (
        "bad-registry-line",
        str(tmp_path / "list.txt"),
        4,
    )
    registry = read(content, tmp_path, skip_bad=True)
    assert (len(registry), registry.rejected.count, registry.rejected.problems) == (3, 1, (problem,))


def test_hints_say_what_was_probably_meant(tmp_path: Path) -> None:
    hints = {
        b"212,5550123,A": "updated",
        b"1-212-555-0123": "digits of the number alone",
        b"+441632960001": "another country",
        b"phone": "take titles",
    }
    for line, hint in hints.items():
        with pytest.raises(InputError) as error:
            read(LINES + line, tmp_path)
        assert hint in (error.value.problems[0].hint or "")


def test_all_bad_lines_are_told_at_once_and_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources, "_PIECE", 300)
    paths = [tmp_path / "a.txt", tmp_path / "b.txt"]
    for path in paths:
        path.write_bytes(LINES + b"bad\n" * 1_000 + LINES)
    with pytest.raises(InputError, match="2,000 lines") as error:
        DoNotCallRegistry.from_files(paths, obtained_at=AT)
    assert [problem.place.line for problem in error.value.problems[1:]] == [*range(4, 53)]
    registry = DoNotCallRegistry.from_files(paths, obtained_at=AT, skip_bad=True)
    assert (registry.rejected.count, len(registry.rejected.problems), len(registry)) == (2_000, 50, 3)


def test_archives_are_read_by_what_is_in_them(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(gzip.compress(LINES, mtime=0))
    with zipfile.ZipFile(tmp_path / "b.txt", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("folder/212.txt", LINES[:12])
        archive.writestr("646.txt", b"6465550100\r\n")
        archive.writestr("__MACOSX/212.txt", b"what a Mac puts in")
    told: list[float] = []
    paths = [tmp_path / "a.zip", tmp_path / "b.txt"]
    assert held(DoNotCallRegistry.from_files(paths[0], obtained_at=AT)) == [2125550123, 2125550124, 6465550100]
    assert held(DoNotCallRegistry.from_files(paths[1], obtained_at=AT)) == [2125550123, 6465550100]
    both = iter(paths)
    DoNotCallRegistry.from_files(both, obtained_at=AT, progress=lambda what, done: told.append(done))
    assert told == sorted(told)
    assert told[-1] == 1.0
    with zipfile.ZipFile(tmp_path / "c.zip", "w") as archive:
        archive.writestr("c.txt", LINES + b"x\n")
    with pytest.raises(InputError) as error:
        DoNotCallRegistry.from_files(tmp_path / "c.zip", obtained_at=AT)
    assert error.value.problems[0].place.source == f"{tmp_path / 'c.zip'}:c.txt"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty-file"),
        (b"\xef\xbb\xbf\r\n\n ", "empty-file"),
        (gzip.compress(b"", mtime=0), "empty-file"),
        (b"PK\x05\x06" + bytes(18), "empty-file"),
        (b"<?xml version='1.0'?>\n<list/>", "unknown-format"),
        (b"\xef\xbb\xbf\n <html>", "unknown-format"),
        (LINES.decode().encode("utf-16"), "bad-encoding"),
        (b"2" * (1 << 21), "unknown-format"),
        (gzip.compress(LINES * 1_000, mtime=0)[:-20], "damaged-file"),
        (gzip.compress(LINES, mtime=0)[:12] + b"xxxxx", "damaged-file"),
        (b"PK\x03\x04" + bytes(40), "damaged-file"),
    ],
)
def test_files_that_are_no_lists_are_refused(content: bytes, code: str, tmp_path: Path) -> None:
    for skip_bad in (False, True):
        with pytest.raises(InputError) as error:
            read(content, tmp_path, skip_bad=skip_bad)
        assert error.value.code == code
        assert str(tmp_path) in (error.value.problems[0].place.source or "")


def test_files_that_are_not_there_are_told(tmp_path: Path) -> None:
    for path in (tmp_path / "none.txt", tmp_path, "a\0b"):
        with pytest.raises(InputError) as error:
            DoNotCallRegistry.from_files([path], obtained_at=AT)
        assert error.value.code == "unreadable-file"
    for paths in ([], 5, [5]):
        with pytest.raises(InputError) as error:
            DoNotCallRegistry.from_files(paths, obtained_at=AT)  # type: ignore[arg-type]
        assert error.value.code == "bad-argument"


def test_a_list_that_lacks_an_area_code_that_was_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="646") as error:
        read(LINES, tmp_path, area_codes=["212"], into=tmp_path / "us.dnc")
    assert error.value.code == "area-not-covered"
    assert [file.name for file in tmp_path.iterdir()] == ["list.txt"]


def test_a_registry_is_not_built_over_its_list(tmp_path: Path) -> None:
    with pytest.raises(InputError) as error:
        read(LINES, tmp_path, into=tmp_path / "list.txt")
    assert error.value.code == "overwritten-file"
    assert (tmp_path / "list.txt").read_bytes() == LINES


PIECES = st.sampled_from(
    [
        "212,5550123",
        "2125550123",
        "+12125550123",
        "+441632960001",
        "+44163296000",
        "1632960001",
        "",
        " ",
        "\r",
        ",",
        "x",
    ]
)
TEXTS = st.one_of(PIECES, st.text("0123456789,+ \r", max_size=14), st.tuples(PIECES, PIECES).map("".join))


@given(st.lists(TEXTS, min_size=1, max_size=12), st.sampled_from(["\n", "\r\n"]), st.sampled_from([US, GB]))
def test_lines_read_at_once_are_those_read_one_by_one(lines: list[str], end: str, numbering: Numbering) -> None:
    found = read_lines(end.join([*lines, ""]).encode(), numbering.layouts)
    texts = [trimmed(line + end.rstrip("\n")) for line in lines]
    expected = [numbering.written(text) for text in texts]
    assert sorted(found.numbers.tolist()) == sorted(number for number in expected if number is not None)
    assert found.bad.tolist() == [at for at, text in enumerate(texts) if text and expected[at] is None]


def trimmed(line: str) -> str:
    for _ in range(4):
        line = line.removesuffix(line[-1:]) if line[-1:] in (" ", "\t", "\r") else line
    return line
