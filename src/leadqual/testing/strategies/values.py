"""Values of fields and properties: those that a policy tells apart, and what is missing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from functools import cached_property, lru_cache
from itertools import combinations
from typing import Annotated, Any, Final

from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic.fields import FieldInfo

from leadqual._suggest import did_you_mean
from leadqual.conditions.nodes import ANY_INTERACTION
from leadqual.errors import LeadqualError, Place, Problem, UnknownNameError
from leadqual.lifecycle.policy import Policy
from leadqual.model.built_in import built_in_catalogue
from leadqual.model.catalogue import Catalogue, Field, ValueType
from leadqual.model.contact import Company, Contact
from leadqual.model.interactions.base import Interaction
from leadqual.model.interactions.registry import BUILT_IN
from leadqual.proofs.constants import Constants, constants_of
from leadqual.testing.libraries import st
from leadqual.testing.strategies.instants import instants
from leadqual.testing.strategies.reading import reading

_WORDS: Final = ("any", "PT Maju Jaya 😀", "Mahasiswa di Jl. Sudirman No. 1", "it's", "日本", "")
_SPELT: Final = (
    *("DE", "ZZ", "ID-JK", "IDR", "USD", "id", "en-GB", "Asia/Jakarta", "America/St_Johns", "+628123456789"),
    *("/", "/harga/😀", "siti@majujaya.co.id", "budi@gmail.com", "majujaya.co.id"),
)
"""Texts that fields hold which are spelt in a certain way: codes, addresses, zones."""
_NUMBERS: Final = (0, 1, 10, 0.5, 100, 2000, -1, 1_000_000)


def values_of(policy: Policy | None, name: str, *, missing: bool = True) -> st.SearchStrategy[Any]:
    """Return a strategy for the values of a field or a property that a policy tells apart.

    Of a number those just below, at and just above each threshold; of a text each that is listed, in other letters
    too, and some that are listed nowhere; and others that the field can hold. The simplest value is that it is missing.

    Parameters
    ----------
    policy : Policy or None
        The policy; None for what every field can hold.
    name : str
        A name of conditions such as ``company.employees`` or ``score.intent``, or the property of a kind, such as
        ``page_viewed.path``.
    missing : bool, default True
        Whether it may be missing (None).

    Raises
    ------
    UnknownNameError
        If there is no such name.

    Examples
    --------
    >>> from leadqual import policies
    >>> employees = values_of(policies.sales(), "company.employees")
    """
    entry, _ = _entry(policy, name)
    if entry.type is ValueType.INSTANT:
        found = instants(policy)
    else:
        cut, others = told_apart(policy, name)
        found = st.sampled_from((*cut, *cut, *others))
        if entry.type is ValueType.NUMBER:
            found |= _between(policy, name)
    return st.none() | found if missing else found


@lru_cache(maxsize=4096)
def told_apart(policy: Policy | None, name: str) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
    """Return the values that a policy tells apart, and some others; the field can hold each of them."""
    entry, info = _entry(policy, name)
    constants = _constants(policy, name)
    match entry.type:
        case ValueType.NUMBER:
            candidates: tuple[Iterable[Any], Iterable[Any]] = _numbers(constants, entry), _NUMBERS
        case ValueType.BOOLEAN:
            candidates = (False, True), ()
        case ValueType.TEXT:
            candidates = _texts(policy, name, constants), (*(entry.values or ()), *_WORDS, *_SPELT)
        case ValueType.TEXTS:
            candidates = _lists(constants, entry), ((), ("lain 😀",))
        case _:
            candidates = (), ()
    holder = None if info is None else _holder(info)
    cut, others = ([value for value in _once(values) if _fits(entry, holder, value)] for values in candidates)
    return tuple(cut), tuple(value for value in others if value not in cut)


def catalogue_of(policy: Policy | None) -> Catalogue:
    """Return the names that a policy may use; without one those that everybody may."""
    return built_in_catalogue() if policy is None else policy.catalogue


def _entry(policy: Policy | None, name: str) -> tuple[Field, FieldInfo | None]:
    """Return what the catalogue says of a name, and what its model says if it belongs to one."""
    catalogue = catalogue_of(policy)
    owner, _, attribute = name.partition(".")
    if owner in catalogue.kinds:
        entries = catalogue.properties(owner)
        if attribute in entries:
            return entries[attribute], _of_kind(policy, owner, attribute)
    if name in catalogue.fields:
        models: dict[str, type[BaseModel]] = {"contact": Contact, "company": Company}
        known = models[owner].model_fields if owner in models else {}
        return catalogue.fields[name], known.get(attribute)
    names = [*catalogue.fields, *(f"{kind}.{prop}" for kind in catalogue.kinds for prop in catalogue.properties(kind))]
    hint = did_you_mean(name, names)
    raise UnknownNameError(Problem("unknown-field", f"there is no name {name!r}", Place("name"), name, None, hint))


def _of_kind(policy: Policy | None, kind: str, name: str) -> FieldInfo | None:
    spec = None if policy is None else policy.interactions.get(kind)
    cls = BUILT_IN.get(kind, None if spec is None else spec.written_as)
    if cls is None:
        return Interaction.model_fields.get(name)
    cls.own_properties()  # reads its annotations, if nobody has yet
    return cls.model_fields.get(name)


@dataclass(frozen=True, eq=False)
class _Holder:
    """What a field of a model can hold; asked once for each value, since some checks are slow."""

    info: FieldInfo
    known: dict[tuple[type, Any], bool] = dataclass_field(default_factory=dict)

    @cached_property
    def adapter(self) -> TypeAdapter[Any]:
        annotation: Any = self.info.annotation
        for one in self.info.metadata:
            annotation = Annotated[annotation, one]
        return TypeAdapter(annotation)

    def holds(self, value: Any) -> bool:
        key = type(value), value
        if key not in self.known:
            try:
                self.adapter.validate_python(value)
                self.known[key] = True
            except ValidationError:
                self.known[key] = False
        return self.known[key]


_HOLDERS: dict[int, _Holder] = {}
"""By the identity of a model's field, which its holder keeps alive."""


def _holder(info: FieldInfo) -> _Holder:
    return _HOLDERS.setdefault(id(info), _Holder(info))


def _fits(entry: Field, holder: _Holder | None, value: Any) -> bool:
    if entry.values is not None and entry.type is ValueType.TEXT and value not in entry.values:
        return False
    try:
        entry.checked(value)
    except LeadqualError:
        return False
    in_range = entry.range is None or entry.range[0] <= value <= entry.range[1]
    return in_range and (holder is None or holder.holds(value))


def _constants(policy: Policy | None, name: str) -> Constants:
    """Return what a name, or a property and what is asked about it, is held against."""
    read, found = reading(policy), Constants()
    owner, _, attribute = name.partition(".")
    if owner not in catalogue_of(policy).kinds:
        nodes = read.conditions
        sources = [constants_of(name, nodes)]
        if policy is not None and owner == "score":
            found.values += [
                low
                for grade in policy.grades.values()
                if getattr(grade, "score", None) == attribute
                for low in getattr(grade, "bands", {}).values()
            ]
    else:
        about = [one for one in read.questions if one.selection.kind in (owner, ANY_INTERACTION)]
        asked = [str(one) for one in about if one.property == attribute]
        sources = [constants_of(text, read.conditions) for text in asked]
        sources.append(constants_of(attribute, read.filters(owner)))
    for one in sources:
        found.values += one.values
        found.parts += one.parts
    return found


def _numbers(constants: Constants, entry: Field) -> Iterator[float]:
    for value in constants.values:
        if isinstance(value, int | float) and not isinstance(value, bool):
            step = _step(value)
            yield from (value, value - 1, value + 1, _tidy(value - step), _tidy(value + step))
            yield from (_tidy(value - 1e-6), _tidy(value + 1e-6))
    yield from entry.range or ()


def _step(value: float) -> float:
    """Return one of the last digit that is written, of at least two after the point."""
    digits = len(repr(float(value)).partition(".")[2]) if abs(value) < 1e15 else 0
    return 10.0 ** -max(2, min(digits, 9))


def _tidy(value: float) -> float:
    return round(value, 9)


def _between(policy: Policy | None, name: str) -> st.SearchStrategy[Any]:
    """Return a strategy for whole numbers between the values that are told apart."""
    cut, others = told_apart(policy, name)
    whole = sorted(int(value) for value in (*cut, *others) if float(value).is_integer())
    return st.integers(whole[0], whole[-1]) if whole else st.sampled_from((*cut, *others))


def _texts(policy: Policy | None, name: str, constants: Constants) -> Iterator[str]:
    named = [str(value) for value in constants.values if isinstance(value, str)]
    yield from named
    for made in _with_parts(constants.parts):
        yield from (made, made.capitalize(), made.upper())
    for text in named:
        yield from (text.upper(), text.lower(), f"{text} 😀", f"x{text}")
    if name == "contact.email":
        domains = constants_of("contact.email_domain", reading(policy).conditions)
        yield from (f"siti@{value}" for value in domains.values)
        yield from (f"siti@{part.lstrip('.')}" for part in _with_parts(domains.parts))
        yield from ("siti@majujaya.co.id", "siti@gmail.com")


def _with_parts(parts: Sequence[tuple[str, str]]) -> Iterator[str]:
    """Yield texts that begin with, hold and end with what a condition looks for: each part alone, and in pairs."""
    order = ("startswith", "contains", "endswith")
    chosen = sorted(dict.fromkeys(part for part in parts if part[0] in order), key=lambda part: order.index(part[0]))
    for size in (1, 2):
        for some in combinations(chosen, size):
            made = "".join(text for _, text in some)
            yield from (made, f"{made}/😀" if some[-1][0] == "startswith" else f"maju.{made}")


def _lists(constants: Constants, entry: Field) -> Iterator[tuple[str, ...]]:
    wanted = list(dict.fromkeys(str(value) for value in constants.values if isinstance(value, str)))
    words = [*wanted, *(text for text in entry.values or () if text not in wanted)]
    yield ()
    yield from ((word,) for word in words)
    yield from combinations(words[:6], 2)


def _once(values: Iterable[Any]) -> Iterator[Any]:
    """Yield each value once; 1 and True are two, 1 and 1.0 are one."""
    seen: set[tuple[bool, Any]] = set()
    for value in values:
        key = (isinstance(value, bool), value)
        if key not in seen:
            seen.add(key)
            yield value
