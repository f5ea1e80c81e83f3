from __future__ import annotations

import multiprocessing
import pickle
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from time import process_time
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadqual.errors import InputError
from leadqual.outreach.registries.registry import DoNotCallRegistry

AT = datetime(2026, 11, 1, tzinfo=UTC)
LISTED = ("+12125550123", "+12125550199", "+16465550100")


def made(numbers: Any = LISTED, **options: Any) -> DoNotCallRegistry:
    return DoNotCallRegistry.from_numbers(numbers, obtained_at=AT, **options)


def code_of(error: pytest.ExceptionInfo[InputError]) -> str:
    return error.value.code


def test_a_number_is_registered_or_not_or_the_copy_says_nothing_of_it() -> None:
    registry = made()
    assert [registry.lookup(number) for number in LISTED] == [True] * 3
    assert registry.lookup("+12125550124") is False
    assert registry.lookup("+13125550123") is None
    assert registry.lookup("+442125550123") is None
    assert registry.lookup("+12125550") is None
    assert (registry.covers("+12125550124"), registry.covers("+13125550123")) == (True, False)
    assert len(registry) == 3
    assert (registry.country, registry.area_codes) == ("US", ("212", "646"))


def test_numbers_given_twice_are_counted_once() -> None:
    assert len(made(["2125550123", "212,5550123", "+12125550123", 2125550123])) == 1


def test_the_whole_registry_covers_every_area_code() -> None:
    registry = made(area_codes="all")
    assert registry.lookup("+13125550123") is False
    assert registry.area_codes == "all"
    assert registry.lookup("+11125550123") is None
    assert "all area codes" in repr(registry)


def test_area_codes_that_were_named_are_covered_though_none_of_their_numbers_is_listed() -> None:
    registry = made(area_codes=["212", 646, "332"])
    assert registry.lookup("+13325550123") is False
    assert registry.lookup("+13125550123") is None
    with pytest.raises(InputError, match="646") as error:
        made(area_codes="212")
    assert code_of(error) == "area-not-covered"


@pytest.mark.parametrize("codes", [["21"], ["112"], [True], [2.0], 5, ["٢١٢"]])
def test_what_is_no_area_code_is_refused(codes: Any) -> None:
    with pytest.raises(InputError, match="area codes") as error:
        made(area_codes=codes)
    assert code_of(error) == "bad-argument"


def test_numbers_of_a_country_without_area_codes_of_three_digits() -> None:
    listed = ["+441632960001", "+44163296002", "7911123456"]
    registry = made(listed, country="GB", area_codes="all", name="TPS")
    assert [registry.lookup(number) for number in (*listed[:2], "+447911123456")] == [True] * 3
    assert registry.lookup("+447911123457") is False
    assert registry.lookup("+4407911123456") is None
    assert registry.lookup("+12125550123") is None
    assert registry.lookup("+440791112345") is None
    assert registry.lookup_all(["+440791112345"]).to_list() == [None]
    assert registry.lookup_all([*listed[:2], "+447911123457", "+12125550123"]).to_list() == [True, True, False, None]
    assert registry.lookup_all([163296002]).to_list() == [True]
    assert registry.name == "TPS"
    with pytest.raises(InputError, match="whole registry"):
        made(listed, country="GB")


def test_a_copy_of_canada_holds_numbers_of_the_same_code() -> None:
    assert made(["+14165550123"], country="CA").lookup("+14165550123") is True


@pytest.mark.parametrize("number", ["2125550123", "12125550123", "+1 2125550123", "", "+0125550123", "+1212555012３"])
def test_what_is_no_international_number_is_refused(number: str) -> None:
    for ask in (made().lookup, made().covers, lambda one: made().lookup_all([one])):
        with pytest.raises(InputError) as error:
            ask(number)
        assert code_of(error) == "bad-phone"


@pytest.mark.parametrize("number", [None, 2125550123, b"+12125550123"])
def test_what_is_no_text_is_refused(number: Any) -> None:
    with pytest.raises(InputError) as error:
        made().lookup(number)
    assert code_of(error) == "bad-phone"


@pytest.mark.parametrize(
    "number",
    [
        "1-212-555-0123",
        "12125550123",
        "212555012",
        "21255501234",
        "0125550123",
        "212 5550123",
        "212,555012",
        5,
        2.5,
        None,
    ],
)
def test_numbers_that_cannot_surely_be_read_are_refused(number: Any) -> None:
    with pytest.raises(InputError) as error:
        made(["+12125550123", number])
    assert code_of(error) == "bad-registry-line"
    assert error.value.problems[0].place.path == "[1]"
    kept = made(["+12125550123", number], skip_bad=True)
    assert (len(kept), kept.rejected.count, len(kept.rejected.problems)) == (1, 1, 1)


def test_one_text_is_no_list_of_numbers() -> None:
    with pytest.raises(InputError, match="no numbers"):
        made("+12125550123")


def test_an_empty_registry_says_nothing() -> None:
    registry = made([])
    assert (len(registry), registry.lookup("+12125550123"), bool(registry)) == (0, None, True)
    assert registry.lookup_all(pl.Series([], dtype=pl.String)).to_list() == []
    assert made([], area_codes="all").lookup("+12125550123") is False


def test_numbers_at_the_border_of_a_block() -> None:
    borders = [2_125_499_999, 2_125_500_000, 2_125_500_007, 2_125_500_008, 9_999_999_999, 2_000_000_000]
    registry = made(borders, area_codes="all")
    around = {number + step for number in borders for step in (-1, 0, 1)}
    near = sorted(number for number in around if 2 * 10**9 <= number < 10**10)
    assert [number for number in near if registry.lookup(f"+1{number}")] == sorted(borders)
    assert [number for number, found in zip(near, registry.lookup_all(near), strict=True) if found] == sorted(borders)


NUMBERS = st.one_of(
    st.integers(2_125_490_000, 2_125_510_000), st.integers(2_000_000_000, 9_999_999_999), st.just(2_125_500_000)
)


@given(st.sets(NUMBERS, max_size=60), st.lists(NUMBERS, max_size=60), st.sampled_from(["all", None]))
def test_answers_are_those_of_a_set(listed: set[int], asked: list[int], codes: str | None) -> None:
    registry = made(listed, area_codes=codes)
    covered = {number // 10**7 for number in listed}
    asked += listed
    expected = [one in listed if codes or one // 10**7 in covered else None for one in asked]
    assert len(registry) == len(listed)
    texts = [f"+1{number}" for number in asked]
    assert [registry.lookup(text) for text in texts] == expected
    assert registry.lookup_all(pl.Series(asked, dtype=pl.Int64)).to_list() == expected
    assert registry.lookup_all(pl.Series(texts, dtype=pl.String)).to_list() == expected


def test_many_numbers_of_every_library() -> None:
    import pandas as pd  # noqa: PLC0415 - optional
    import pyarrow as pa  # noqa: PLC0415 - optional

    texts = ["+12125550123", None, "+12125550124", "+13125550123"]
    expected = [True, None, False, None]
    registry = made()
    for column in (texts, tuple(texts), np.array(texts, object), pl.Series(texts), pd.Series(texts)):
        assert registry.lookup_all(column).to_list() == expected
    assert registry.lookup_all(pa.chunked_array([texts])).to_list() == expected
    numbers = [2125550123, 2125550124, 3125550123]
    for column in (np.array(numbers), pl.Series(numbers, dtype=pl.UInt64), pd.Series(numbers), numbers):
        assert registry.lookup_all(column).to_list() == [True, False, None]
    assert registry.lookup_all([None, None]).to_list() == [None, None]


@pytest.mark.parametrize("column", [[2.5], [True], 5, "+12125550123", [["+12125550123"]], [1, "+12125550123"]])
def test_what_is_no_column_of_numbers_is_refused(column: Any) -> None:
    with pytest.raises(InputError) as error:
        made().lookup_all(column)
    assert code_of(error) == "wrong-type"


def test_every_row_without_a_number_is_told() -> None:
    with pytest.raises(InputError) as error:
        made().lookup_all(["+12125550123", "212", None, "x"])
    assert [problem.place.path for problem in error.value.problems] == ["[1]", "[3]"]
    with pytest.raises(InputError, match="100 numbers") as error:
        made().lookup_all(np.arange(100))
    assert len(error.value.problems) == 50


def test_the_age_of_a_copy() -> None:
    registry = made()
    assert registry.age(AT + timedelta(days=31)) == timedelta(days=31)
    assert registry.age(AT) == timedelta(0)
    with pytest.raises(InputError) as error:
        registry.age(AT - timedelta(seconds=1))
    assert code_of(error) == "registry-in-future"
    with pytest.raises(InputError) as error:
        registry.age(datetime(2026, 11, 22))
    assert code_of(error) == "naive-datetime"


def test_bad_arguments_are_refused() -> None:
    with pytest.raises(InputError) as error:
        DoNotCallRegistry.from_numbers([], obtained_at=datetime(2026, 11, 1))
    assert code_of(error) == "naive-datetime"
    for country in ("UK", "us", None):
        with pytest.raises(InputError) as error:
            made(country=country)
        assert code_of(error) == "bad-country"
    with pytest.raises(InputError):
        made(name="")
    with pytest.raises(InputError, match="from_files"):
        DoNotCallRegistry()


def test_a_registry_does_not_change() -> None:
    registry = made()
    with pytest.raises(InputError) as error:
        registry.country = "CA"  # type: ignore[misc]
    assert code_of(error) == "frozen"
    with pytest.raises(ValueError, match="read-only"):
        registry._copy.blocks.bits[0] = 1


def test_a_registry_in_memory_can_be_sent() -> None:
    sent = pickle.loads(pickle.dumps(made()))
    assert [sent.lookup(number) for number in (*LISTED, "+12125550124", "+13125550123")] == [True] * 3 + [False, None]
    assert repr(sent) == repr(made())


def test_a_registry_in_a_file_is_sent_as_its_name(tmp_path: Any) -> None:
    registry = made(into=tmp_path / "us.dnc")
    packed = pickle.dumps(registry)
    assert len(packed) < 1_000
    assert pickle.loads(packed).lookup(LISTED[0]) is True
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        assert pool.map(registry.lookup, [LISTED[0], "+12125550124"]) == [True, False]
    made(LISTED[:2], into=tmp_path / "us.dnc")
    assert registry.lookup(LISTED[2]) is True
    with pytest.raises(InputError) as error:
        pickle.loads(packed)
    assert code_of(error) == "other-registry"


def test_two_million_numbers_are_looked_up_quickly() -> None:
    random = np.random.default_rng(7)
    numbers = random.integers(2_120_000_000, 2_190_000_000, 500_000)
    registry = made(numbers[:20_000], area_codes="all")
    asked = np.concatenate([numbers, random.integers(2_120_000_000, 2_190_000_000, 1_500_000)])
    begin = process_time()
    found = registry.lookup_all(asked)
    assert process_time() - begin < 2
    assert found.to_numpy().tolist() == np.isin(asked, numbers[:20_000]).tolist()


def test_one_number_is_looked_up_without_polars() -> None:
    program = (
        "import sys; from datetime import UTC, datetime\n"
        "from leadqual.outreach.registries.registry import DoNotCallRegistry as R\n"
        "assert R.from_numbers(['2125550123'], obtained_at=datetime(2026, 11, 1, tzinfo=UTC)).lookup('+12125550123')\n"
        "assert not {'polars', 'narwhals', 'pandas', 'pyarrow'} & {*sys.modules}"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
