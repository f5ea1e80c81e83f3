"""Reading a condition: Python's own expression syntax under an allow-list.

The text is parsed with `ast` and never evaluated; what the language does not have is a problem with its column.
"""

from __future__ import annotations

import ast
import re
from functools import lru_cache
from typing import Final, cast, get_args

from leadqual._suggest import did_you_mean
from leadqual.conditions.nodes import (
    ANY_INTERACTION,
    And,
    Arithmetic,
    Comparator,
    Compare,
    History,
    HistoryFunction,
    In,
    IsMissing,
    Items,
    Literal,
    Method,
    MethodName,
    Name,
    Negative,
    Node,
    Not,
    Operator,
    Or,
    Selection,
)
from leadqual.conditions.syntax import MAX_DEPTH, has_lines, short_text, syntax_tree, too_deep
from leadqual.errors import ConditionError, LeadqualError, Place, Problem, cut, shown
from leadqual.model.time import Duration

HISTORY_FUNCTIONS: Final[tuple[str, ...]] = get_args(HistoryFunction)
_METHODS: Final[tuple[str, ...]] = get_args(MethodName)
_COMPARATORS: Final[dict[type[ast.cmpop], Comparator]] = {
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
}
_OPERATORS: Final[dict[type[ast.operator], Operator]] = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/"}
_STANDS_FOR_NOTHING: Final = Literal(False)


def parse_condition(text: str) -> Node:
    """Read a condition.

    Parameters
    ----------
    text : str
        The condition, at most 10,000 characters and 60 levels deep.

    Returns
    -------
    Node
        Its parts; `str` of them is the condition again.

    Raises
    ------
    ConditionError
        With every problem of the text and its column. Names and types are not looked at here; a policy does that.

    Examples
    --------
    >>> str(parse_condition("company.employees>=50 and (count(demo_requested))>0"))
    'company.employees >= 50 and count(demo_requested) > 0'
    """
    return _parsed(short_text(text))


def parse_selection(text: str) -> Selection:
    """Read which interactions are meant: a kind, with or without a filter.

    Examples
    --------
    >>> parse_selection("page_viewed[path.startswith('/pricing')]").kind
    'page_viewed'
    """
    return _parsed_selection(short_text(text))


def parse_property(text: str) -> tuple[Selection, str]:
    """Read a property of interactions: which ones, and its name.

    Examples
    --------
    >>> parse_property("purchase[currency == 'IDR'].amount")[1]
    'amount'
    """
    return _parsed_property(short_text(text))


def in_writing(node: Node) -> Node:
    """Return a node that was built in code, if its text can be read and is the same condition.

    Raises
    ------
    ConditionError
        If it is too long or too deep for a document, or has parts that no text has.
    """
    try:
        text = str(node)
    except RecursionError:
        raise ConditionError(too_deep("a condition built in code")) from None
    if parse_condition(text) != node:
        raise ConditionError(Problem("not-normal", "the text of this condition is another condition", found=cut(text)))
    return node


@lru_cache(maxsize=4096)
def _parsed(text: str) -> Node:
    reader = _Reader(text)
    node = reader.node(reader.tree)
    reader.finish()
    short_text(str(node))  # in its normal form it can be longer, and must be readable again
    return node


@lru_cache(maxsize=4096)
def _parsed_selection(text: str) -> Selection:
    reader = _Reader(text)
    selection = reader.selection(reader.tree, 0)
    reader.finish()
    return selection


@lru_cache(maxsize=4096)
def _parsed_property(text: str) -> tuple[Selection, str]:
    reader = _Reader(text)
    found = reader.property(reader.tree)
    reader.finish()
    return found


class _Reader:
    """One reading of one text; problems are collected, so that all are told at once."""

    def __init__(self, text: str) -> None:
        self.text = text.strip()
        self.indent = len(text) - len(text.lstrip())
        self.problems: list[Problem] = []
        self.tree = syntax_tree(self.text, self.indent)
        source = f"({self.text}\n)" if has_lines(self.text) else self.text
        self.lines = re.split(rb"\r\n|\r|\n", source.encode())

    def finish(self) -> None:
        if self.problems:
            raise ConditionError(self.problems)

    def node(self, tree: ast.expr, depth: int = 0) -> Node:
        if depth > MAX_DEPTH:
            raise ConditionError(too_deep(self.text))
        deeper = depth + 1
        match tree:
            case ast.BoolOp(op=ast.And(), values=values):
                return And(tuple(self.node(value, deeper) for value in values))
            case ast.BoolOp(values=values):
                return Or(tuple(self.node(value, deeper) for value in values))
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                return Not(self.node(operand, deeper))
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return self._negative(self.node(operand, deeper), tree)
            case ast.BinOp(left=left, op=operator, right=right) if type(operator) in _OPERATORS:
                return Arithmetic(self.node(left, deeper), _OPERATORS[type(operator)], self.node(right, deeper))
            case ast.Compare():
                return self._compare(tree, deeper)
            case ast.Call():
                return self._call(tree, deeper)
            case ast.List(elts=elements) | ast.Tuple(elts=elements) | ast.Set(elts=elements):
                return self._items(elements, deeper)
            case ast.Constant():
                return self._constant(tree)
            case ast.Name() | ast.Attribute():
                return self._name(tree)
            case _:
                return self._refuse(tree, "unsupported-syntax", "the language of conditions has no such construct")

    def selection(self, tree: ast.expr, depth: int) -> Selection:
        match tree:
            case ast.Name(id=kind) if not kind.startswith("_"):
                return Selection(kind)
            case ast.Subscript(value=ast.Name(id=kind), slice=where) if not kind.startswith("_"):
                return Selection(kind, self.node(where, depth + 1))
            case _:
                expected = "a kind such as demo_requested, or page_viewed[path.startswith('/pricing')]"
                self._refuse(tree, "bad-selection", "this does not name interactions", expected)
                return Selection(ANY_INTERACTION)

    def property(self, tree: ast.expr) -> tuple[Selection, str]:
        if isinstance(tree, ast.Attribute) and not tree.attr.startswith("_"):
            return self.selection(tree.value, 0), tree.attr
        self._refuse(tree, "bad-selection", "this names no property", "such as purchase.amount")
        return Selection(ANY_INTERACTION), ""

    def _negative(self, operand: Node, tree: ast.expr) -> Node:
        if isinstance(operand, Literal) and operand.type == "number":
            return Literal(-operand.value)  # type: ignore[operator]
        if isinstance(operand, Literal):
            return self._refuse(tree, "bad-literal", "only a number has a sign")
        return Negative(operand)

    def _compare(self, tree: ast.Compare, depth: int) -> Node:
        operands = [tree.left, *tree.comparators]
        if any(isinstance(operator, ast.Is | ast.IsNot | ast.In | ast.NotIn) for operator in tree.ops):
            if len(tree.ops) == 1:
                return self._membership(tree, tree.ops[0], depth)
            self._refuse(tree, "unsupported-syntax", "'in' and 'is' cannot be chained; join them with 'and'")
        elif any(_is_none(operand) for operand in operands):
            hint = "write 'is None' or 'is not None'"
            self._refuse(tree, "compared-with-none", "only 'is' asks whether a value is there", hint=hint)
        nodes = [_STANDS_FOR_NOTHING if _is_none(operand) else self.node(operand, depth) for operand in operands]
        # a chain that was refused has operators that are no comparators, and never leaves the reader
        comparators = [_COMPARATORS.get(type(operator), "==") for operator in tree.ops]
        return Compare(nodes[0], tuple(zip(comparators, nodes[1:], strict=True)))

    def _membership(self, tree: ast.Compare, operator: ast.cmpop, depth: int) -> Node:
        negated, right = isinstance(operator, ast.IsNot | ast.NotIn), tree.comparators[0]
        left = self.node(tree.left, depth)
        if isinstance(operator, ast.In | ast.NotIn):
            return In(left, self.node(right, depth), negated)
        if _is_none(right):
            return IsMissing(left, negated)
        return self._refuse(tree, "unsupported-syntax", "'is' goes with None only", hint="compare values with ==")

    def _call(self, tree: ast.Call, depth: int) -> Node:
        match tree.func:
            case ast.Name(id=function) if function in HISTORY_FUNCTIONS:
                return self._history(tree, cast("HistoryFunction", function), depth)
            case ast.Attribute(value=operand, attr=method) if method in _METHODS:
                return self._method(tree, operand, cast("MethodName", method), depth)
            case ast.Name(id=word):
                known, hint = "functions: " + ", ".join(HISTORY_FUNCTIONS), did_you_mean(word, HISTORY_FUNCTIONS)
            case ast.Attribute(value=operand, attr=word):
                self.node(operand, depth)
                known, hint = "text methods: " + ", ".join(_METHODS), did_you_mean(word, _METHODS)
            case _:
                word, known, hint = "", "functions: " + ", ".join(HISTORY_FUNCTIONS), None
        return self._refuse(tree, "unknown-function", f"there is no function {word!r}", known, hint)

    def _method(self, tree: ast.Call, operand: ast.expr, method: MethodName, depth: int) -> Node:
        wanted = 0 if method == "lower" else 1
        if len(tree.args) != wanted or tree.keywords:
            self._refuse(tree, "bad-arguments", f".{method}() takes {'no' if wanted == 0 else 'one'} argument")
            return self.node(operand, depth)
        return Method(self.node(operand, depth), method, self.node(tree.args[0], depth) if wanted else None)

    def _history(self, tree: ast.Call, function: HistoryFunction, depth: int) -> Node:
        within = self._within(tree)
        if len(tree.args) != 1:
            return self._refuse(tree, "bad-arguments", f"{function}() takes the interactions it is about")
        argument = tree.args[0]
        if isinstance(argument, ast.Attribute) and not argument.attr.startswith("_"):
            return History(function, self.selection(argument.value, depth), argument.attr, within)
        return History(function, self.selection(argument, depth), None, within)

    def _within(self, tree: ast.Call) -> Duration | None:
        within = None
        for index, keyword in enumerate(tree.keywords):
            if keyword.arg != "within":
                option = "'**'" if keyword.arg is None else repr(keyword.arg)
                self._refuse(keyword.value, "bad-arguments", f"there is no option {option}", "within='90d'")
                continue
            if any(earlier.arg == "within" for earlier in tree.keywords[:index]):
                self._refuse(keyword.value, "bad-arguments", "the option 'within' is given twice")
            try:
                within = Duration.parse(keyword.value.value if isinstance(keyword.value, ast.Constant) else None)  # type: ignore[arg-type]
            except LeadqualError as error:
                problem = error.problems[0]
                self._refuse(keyword.value, problem.code, problem.message, problem.expected, problem.hint)
        return within

    def _items(self, elements: list[ast.expr], depth: int) -> Node:
        values = [self.node(element, depth) for element in elements]
        for element, value in zip(elements, values, strict=True):
            if not isinstance(value, Literal):
                self._refuse(element, "bad-list", "a list holds constants only")
        return Items(tuple(value for value in values if isinstance(value, Literal)))

    def _constant(self, tree: ast.Constant) -> Node:
        if isinstance(tree.value, str | bool | int | float):
            try:
                return Literal(tree.value)
            except ConditionError as error:
                problem = error.problems[0]
                return self._refuse(tree, problem.code, problem.message, problem.expected)
        hint = "write 'is None' or 'is not None'" if tree.value is None else None
        return self._refuse(tree, "bad-literal", "only text, numbers, True and False are constants", hint=hint)

    def _name(self, tree: ast.expr) -> Node:
        parts: list[str] = []
        part = tree
        while isinstance(part, ast.Attribute):
            parts.append(part.attr)
            part = part.value
        if not isinstance(part, ast.Name):
            return self._refuse(tree, "unsupported-syntax", "only names have parts")
        parts.append(part.id)
        if len(parts) > MAX_DEPTH:
            raise ConditionError(too_deep(self.text))
        if any(word.startswith("_") for word in parts):
            return self._refuse(tree, "forbidden-name", "names in conditions do not begin with an underscore")
        if len(parts) == 1 and part.id.casefold() in ("true", "false", "none", "null"):
            hint = f"write {'None' if part.id.casefold() in ('none', 'null') else part.id.capitalize()}"
            return self._refuse(tree, "unknown-name", "constants are written as in Python", hint=hint)
        return Name(".".join(reversed(parts)))

    def _refuse(
        self, tree: ast.expr, code: str, message: str, expected: str | None = None, hint: str | None = None
    ) -> Node:
        place = Place("condition", column=self._column(tree))
        self.problems.append(Problem(code, message, place, self._found(tree), expected, hint))
        return _STANDS_FOR_NOTHING

    def _found(self, tree: ast.expr) -> str:
        end = tree.end_col_offset if tree.end_lineno == tree.lineno else None
        return shown(self.lines[tree.lineno - 1][tree.col_offset : end].decode(errors="ignore"))

    def _column(self, tree: ast.expr) -> int | None:
        if len(self.lines) > 1:
            return None
        return self.indent + len(self.lines[0][: tree.col_offset].decode(errors="ignore")) + 1


def _is_none(tree: ast.expr) -> bool:
    return isinstance(tree, ast.Constant) and tree.value is None
