"""From conditions to variables and trees."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from leadqual.conditions.nodes import History, Node
from leadqual.proofs.leaves import Leaves
from leadqual.proofs.scope import Scope
from leadqual.proofs.search import Wanted
from leadqual.proofs.trees import atoms_of, operands_of, tree_of
from leadqual.proofs.variables import Variable, variable_of


@dataclass
class Built:
    """Conditions as trees over variables.

    Attributes
    ----------
    scope : Scope
        What names mean.
    variables : list of Variable
        The operands.
    places : dict of Node to tuple
        For each operand its place and its variable.
    """

    scope: Scope
    variables: list[Variable] = field(default_factory=list)
    places: dict[Node, tuple[int, Variable]] = field(default_factory=dict)

    def wanted(self, node: Node, answers: int) -> Wanted:
        """Return a condition with the answers that it should have."""
        return Wanted(tree_of(node, Leaves(self.scope, self.places).leaf), answers)


def built(scope: Scope, nodes: Sequence[Node], more: Sequence[Node] = ()) -> Built:
    """Return the variables of some conditions, cut so that none of them can tell the values of a cell apart.

    Parameters
    ----------
    more : sequence of Node
        Operands besides those of the conditions.
    """
    found = Built(scope)
    atoms: dict[Node, list[Node]] = {}
    for atom in dict.fromkeys(atom for node in nodes for atom in atoms_of(node)):
        for operand in operands_of(atom):
            for behind in scope.operands_of(operand):
                atoms.setdefault(behind, []).append(atom)
    for operand in more:
        atoms.setdefault(operand, [])
    for operand, own in atoms.items():
        variable = variable_of(operand, scope, own, _further_cuts(operand, scope, own, list(atoms)))
        found.places[operand] = (len(found.variables), variable)
        found.variables.append(variable)
    return found


def _further_cuts(operand: Node, scope: Scope, atoms: Sequence[Node], operands: Sequence[Node]) -> Iterator[float]:
    """Yield the thresholds of the grades that are read, and the windows that bound the days since something."""
    for read in dict.fromkeys(part for atom in atoms for part in operands_of(atom)):
        for _, bands in scope.bands(read):
            if str(operand) == f"score.{bands.score}":
                yield from bands.bands.values()
    if isinstance(operand, History) and operand.function == "days_since":
        for other in operands:
            if isinstance(other, History) and other.within is not None:
                yield other.within.days
