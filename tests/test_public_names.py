from __future__ import annotations

import inspect
import re
from pathlib import Path

import pytest

import leadqual

STUB = Path(leadqual.__file__).with_suffix(".pyi").read_text(encoding="utf-8")


def test_the_list_is_sorted_and_has_no_name_twice() -> None:
    assert list(leadqual.__all__) == sorted(set(leadqual.__all__))


def test_the_list_is_what_type_checkers_see() -> None:
    imports = re.sub(r"from \S+ import|[(),]", " ", STUB.split("__all__")[0])
    seen = set(re.findall(r"[A-Za-z]\w*", re.sub(r"#.*", "", imports)))
    assert set(leadqual.__all__) - {"__version__"} <= seen
    assert set(leadqual.__all__) <= set(dir(leadqual))


@pytest.mark.parametrize("name", leadqual.__all__)
def test_every_name_exists_and_says_what_it_is(name: str) -> None:
    found = getattr(leadqual, name)
    if inspect.isclass(found) or inspect.isfunction(found) or inspect.ismodule(found):
        assert (found.__doc__ or "").strip(), name
        if inspect.isclass(found) and found.__module__.startswith("leadqual"):
            for verb, member in vars(found).items():
                if inspect.isfunction(member) and not verb.startswith("_"):
                    assert inspect.getdoc(getattr(found, verb)), f"{name}.{verb}"


def test_a_name_that_does_not_exist() -> None:
    with pytest.raises(AttributeError):
        _ = leadqual.Polcy  # type: ignore[attr-defined]
