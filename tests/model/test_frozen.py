"""What was made is not changed, and numbers of other packages are taken as Python's own."""

from __future__ import annotations

from typing import Any

import pytest

import leadqual as lq


def test_setting_or_deleting_a_field_is_refused() -> None:
    contact: Any = lq.Contact(id="c-1")
    with pytest.raises(lq.InputError) as caught:
        contact.id = "c-2"
    assert (caught.value.code, caught.value.problems[0].place.path) == ("frozen", "id")
    assert "model_copy" in str(caught.value)
    with pytest.raises(lq.InputError):
        del contact.id
    with pytest.raises(lq.InputError) as caught:
        contact.ful_name = "x"
    assert "full_name" in str(caught.value)


def test_numbers_of_numpy() -> None:
    np = pytest.importorskip("numpy")
    company = lq.Company(employees=np.int64(5), annual_revenue=np.float32(1.5), currency="IDR", founded=np.int32(1990))
    assert [type(value) for value in (company.employees, company.annual_revenue, company.founded)] == [int, float, int]
    held = lq.Contact(id="c-1", attributes={"a": np.int64(3), "b": np.float32(1.5)}).attributes
    assert [type(value) for value in held.values()] == [int, float]
    with pytest.raises(lq.InputError):
        lq.Company(employees=np.float64(5.0))


@pytest.mark.parametrize("values", [{"employees": float("nan")}, {"city": float("nan")}, {"founded": float("nan")}])
def test_nan_is_no_value(values: Any) -> None:
    with pytest.raises(lq.InputError) as caught:
        lq.Company(**values)
    assert caught.value.code == "finite-number"
    assert "None" in str(caught.value.problems[0].hint)
