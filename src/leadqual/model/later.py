"""A model of which some fields are worked out when somebody first looks at them.

A decision's reasons cost three times as much as the decision, and an application that stores a stage reads none of
them. To everybody else the model is like any other: whatever looks at all fields (JSON, equality, copies, pickle,
repr) completes it first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Self

from pydantic import SerializerFunctionWrapHandler, model_serializer

from leadqual.model.base import Model

_LATER = "_later"


class LaterModel(Model):
    """A frozen model whose missing fields are worked out together when one of them is first read."""

    @classmethod
    def with_later(cls, later: Callable[[], Mapping[str, Any]], **known: Any) -> Self:
        """Return a model that knows some of its fields; `later` gives all the others, validated by their maker.

        `later` has to be a pure function of what cannot change, since nobody knows when it is called.

        Parameters
        ----------
        later : callable
            Called once, when the first of the other fields is read.
        **known : object
            The fields that are known already.
        """
        return cls.trusted(**known, **{_LATER: later})

    def completed(self) -> Self:
        """Work out the fields that are not known yet, and let go of what they are worked out from."""
        later = self.__dict__.get(_LATER)
        if later is not None:
            found = {**self.__dict__, **later()}
            # The order of the fields is the order of the JSON, whoever looked first. One assignment: another thread
            # sees the model before it or after it.
            object.__setattr__(self, "__dict__", {name: found[name] for name in type(self).model_fields})
            self.__pydantic_fields_set__.update(type(self).model_fields)
        return self

    def __getattr__(self, name: str) -> Any:
        if _LATER in self.__dict__ and name in type(self).model_fields:
            return self.completed().__dict__[name]
        raise AttributeError(f"{type(self).__name__!r} has no attribute {name!r}")

    def __eq__(self, other: object) -> bool:
        if isinstance(other, LaterModel):
            other.completed()
        return super(LaterModel, self.completed()).__eq__(other)

    __hash__ = Model.__hash__

    def __iter__(self) -> Iterator[tuple[str, Any]]:  # type: ignore[override]
        return super(LaterModel, self.completed()).__iter__()

    def __repr_args__(self) -> Any:
        return super(LaterModel, self.completed()).__repr_args__()

    def __copy__(self) -> Self:
        return super(LaterModel, self.completed()).__copy__()

    def __deepcopy__(self, memo: dict[int, Any] | None = None) -> Self:
        return super(LaterModel, self.completed()).__deepcopy__(memo)

    def __getstate__(self) -> dict[Any, Any]:
        return super(LaterModel, self.completed()).__getstate__()

    @model_serializer(mode="wrap")
    def _serialized(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        completed: dict[str, Any] = handler(self.completed())
        return completed
