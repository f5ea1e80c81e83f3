"""The base of every model: frozen, closed, and with errors that teach."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Self

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic._internal._model_construction import ModelMetaclass  # BaseModel's own type, public only by type()

from leadqual._suggest import did_you_mean
from leadqual.cards.shown import Shown
from leadqual.errors import InputError, LeadqualError, Place, Problem, path_text, shown

_CODES = {"extra_forbidden": "unknown-field", "missing": "missing-field", "timezone_aware": "naive-datetime"}


class _TeachingErrors(ModelMetaclass):
    """Turns pydantic's error at construction into ours; validation of nested models is not slowed."""

    def __call__(cls, *args: Any, **values: Any) -> Any:  # noqa: N805  a metaclass: its instances are classes
        try:
            return super().__call__(*args, **values)
        except ValidationError as error:
            raise cls.error_from(error) from None  # type: ignore[attr-defined]


class Model(Shown, BaseModel, metaclass=_TeachingErrors):
    """A frozen pydantic model that refuses unknown fields and raises `InputError`."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        defer_build=True,
        allow_inf_nan=False,
        validate_default=False,
        str_max_length=100_000,
    )

    if not TYPE_CHECKING:  # a checker that saw them would let any field be set

        def __setattr__(self, name: str, value: Any) -> None:
            """Refuse to set a field; the model's own private attributes are let through."""
            try:
                super().__setattr__(name, value)
            except ValueError:
                raise _frozen(self, name) from None

        def __delattr__(self, name: str) -> None:
            """Refuse to delete a field."""
            try:
                super().__delattr__(name)
            except ValueError:
                raise _frozen(self, name) from None

    @classmethod
    def error_from(cls, error: ValidationError) -> LeadqualError:
        """Return the typed error for a failed validation of this class."""
        return InputError(problems_of(error, cls))

    @classmethod
    def trusted(cls, **values: Any) -> Self:
        """Return a model of values that this library computed itself, without validating them.

        Every field has to be given. Unlike `model_construct`, which looks for aliases and defaults, this costs no more
        than a plain object.

        Parameters
        ----------
        **values : object
            The fields by name.
        """
        made = cls.__new__(cls)
        for name, value in (("__dict__", values), ("__pydantic_fields_set__", set(values))):
            object.__setattr__(made, name, value)
        object.__setattr__(made, "__pydantic_extra__", None)
        object.__setattr__(made, "__pydantic_private__", None)
        return made

    @classmethod
    def model_validate(cls, obj: Any, **options: Any) -> Self:
        """Validate plain data; raise `InputError` with every problem."""
        try:
            return super().model_validate(obj, **options)
        except ValidationError as error:
            raise cls.error_from(error) from None

    @classmethod
    def model_validate_json(cls, json_data: str | bytes | bytearray, **options: Any) -> Self:
        """Validate JSON text; raise `InputError` with every problem."""
        try:
            return super().model_validate_json(json_data, **options)
        except ValidationError as error:
            raise cls.error_from(error) from None


def _frozen(model: Model, name: str) -> InputError:
    place, message = Place(type(model).__name__, path=name), "what was made is not changed"
    copy = f"make another one: .model_copy(update={{{name!r}: ...}})"
    hint = copy if name in type(model).model_fields else did_you_mean(name, type(model).model_fields)
    return InputError(Problem("frozen", message, place, name, hint=hint))


def problems_of(error: ValidationError, model: type[BaseModel], source: str | None = None) -> list[Problem]:
    """Return our problems for pydantic's error: a code, a path, what was found, and a hint."""
    found: list[Problem] = []
    for item in error.errors(include_url=False):
        own = _own_problems(item)
        path = path_text(part for part in item["loc"] if not _is_branch(part)) or None
        if own:
            found += [problem.at(source=source or model.__name__, path=problem.place.path or path) for problem in own]
        else:
            found.append(_problem(dict(item), model, source or model.__name__))
    return found


def _own_problems(item: Mapping[str, Any]) -> Iterable[Problem]:
    """Return the problems that a validator of ours handed to pydantic, which only adds the place."""
    context = item.get("ctx", {})
    error = context.get("error")
    own: Iterable[Problem] = error.problems if isinstance(error, LeadqualError) else context.get("problems", ())
    return own


def _problem(item: dict[str, Any], model: type[BaseModel], source: str) -> Problem:
    kind, context = item["type"], item.get("ctx", {})
    path = [part for part in item["loc"] if not _is_branch(part)]
    place = Place(source, path=path_text(path) or None)
    found = None if kind == "missing" else shown(item["input"])
    message, hint, expected = item["msg"], context.get("hint"), context.get("expected")
    if kind == "extra_forbidden":
        *owner, name = item["loc"]  # the name itself is the writer's, whatever it looks like
        path = [part for part in owner if not _is_branch(part)]
        place = Place(source, path=path_text([*path, name]))
        message = f"there is no field {name!r} here"
        found, hint = shown(name), did_you_mean(str(name), fields_at(model, path))
    elif kind == "missing":
        message = f"the field {path[-1]!r} is missing"
    elif kind in ("enum", "literal_error"):
        message, hint = "the value is not one of those known", _nearest(item["input"], str(expected))
    elif kind == "naive-datetime":
        expected, hint = "a time with its zone, such as 2026-11-22T08:00:00Z", "add Z or an offset such as +07:00"
    elif isinstance(item["input"], float) and item["input"] != item["input"]:
        message, hint = "the number is not finite", "NaN is no value: leave it out, or write None where none is known"
        kind = "finite_number"
    code = _CODES.get(kind, kind.replace("_", "-"))
    return Problem(code, message, place, found, str(expected) if expected else None, hint)


def _is_branch(part: str | int) -> bool:
    # pydantic names the branch of a union, or the validator that failed, among the parts of a place
    return isinstance(part, str) and (part.endswith("]") or "(" in part)


def _nearest(found: Any, expected: str) -> str | None:
    known = [part for part in expected.split("'") if part.strip(" ,or")]
    return did_you_mean(found, known) if isinstance(found, str) else None


def fields_at(model: type[BaseModel], path: Iterable[str | int]) -> list[str]:
    """Return the field names that are known at a path into `model`, as far as its annotations tell."""
    current: list[type[BaseModel]] = [model]
    for part in path:
        if isinstance(part, int) or not any(part in known.model_fields for known in current):
            continue
        annotations = [known.model_fields[part].annotation for known in current if part in known.model_fields]
        current = [found for annotation in annotations for found in _models_in(annotation)]
    return sorted({alias for known in current for alias in known.model_fields})


def _models_in(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [found for argument in getattr(annotation, "__args__", ()) for found in _models_in(argument)]


def frozen_mapping(value: Mapping[str, Any]) -> dict[str, Any]:
    """Return a copy of a mapping, so that a frozen model does not share what its caller can change."""
    return dict(value)
