from __future__ import annotations

import pycountry
import pytest
from support.bring_in import bring

from leadqual.errors import InputError
from leadqual.integrations.readings.places import region_code
from leadqual.integrations.readings.regions import region_names


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("Jakarta", "ID-JK"), ("DKI Jakarta", "ID-JK"), ("jakarta raya", "ID-JK"), ("JK", "ID-JK"),
        ("Jawa Barat", "ID-JB"), ("West Java", "ID-JB"), ("Jabar", "ID-JB"), ("Provinsi Jawa Barat", "ID-JB"),
        ("Bali", "ID-BA"), ("Bali Province", "ID-BA"), ("Sumatera Utara", "ID-SU"), ("Sumatra Utara", "ID-SU"),
        ("North Sumatra", "ID-SU"), ("DI Yogyakarta", "ID-YO"), ("D.I. Yogyakarta", "ID-YO"),
        ("Riau Islands", "ID-KR"), ("Kepri", "ID-KR"), ("Southwest Papua", "ID-PD"), ("NTB", "ID-NB"),
    ],
)  # fmt: skip
def test_indonesian_provinces(name, code):
    assert region_code(name, "ID") == code


def test_every_province_has_its_name_and_is_a_province():
    codes = {one.code for one in pycountry.subdivisions.get(country_code="ID") if one.type != "Geographical unit"}
    assert {f"ID-{code}" for code in region_names("ID").values()} == codes
    assert len(codes) == 38
    directed = {name for name in region_names("ID") if name.startswith(("north ", "south ", "east ", "west "))}
    assert len(directed) == 17


def test_other_countries():
    found = [region_code(*one) for one in (("Bavaria", "DE"), ("Bayern", "DE"), ("Ontario", "CA"), ("fl", "US"))]
    assert found == ["DE-BY", "DE-BY", "CA-ON", "US-FL"]


@pytest.mark.parametrize(("name", "country"), [("Java", "ID"), ("Jakarta", None), ("Jakarta", "SG"), ("Jakarta", "?")])
def test_what_is_no_province_of_the_country(name, country):
    with pytest.raises(InputError) as error:
        region_code(name, country)
    assert error.value.code == "unknown-region"


def test_a_table_gets_its_provinces(tmp_path):
    found = bring(tmp_path, "ID,Full name,Country,Region\n1,A,Indonesia,DKI Jakarta\n2,B,Deutschland,Bavaria\n")
    assert found.contacts["region"].to_list() == ["ID-JK", "DE-BY"]
    assert found.report.to_decide == 0
