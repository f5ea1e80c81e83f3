"""One case, looked at the way the fold goes: each visit in the order of time, then the instant asked about."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from leadqual.engines.fold import Step, start_of
from leadqual.engines.view import View
from leadqual.errors import LeadqualError
from leadqual.model.interactions.base import Interaction
from leadqual.model.standing import Standing
from leadqual.model.time import micros
from leadqual.proofs.scenario import Scenario
from leadqual.testing.coverage.conditions import Filter
from leadqual.testing.coverage.funnel import Tried
from leadqual.testing.coverage.probes import Probes


def look_at(probes: Probes, scenario: Scenario, standing: Standing | None) -> None:
    """Note what a case covers: at every visit of the fold what is tried, at the instant asked about everything.

    Where something is raised, what was looked at until then counts.
    """
    view = probes.decider.view(scenario.contact, scenario.history)
    look = Look(probes, view)
    now = micros(scenario.at)
    try:
        if probes.policy.initial_stage is None or Walk(look, standing, now).go():
            look.at_the_end(now)
    except LeadqualError:
        pass  # the decision ended there too, as the case may expect
    look.at_filters()


class Look:
    """A contact being looked at, and what of it was looked at already.

    Parameters
    ----------
    probes : Probes
        The policy.
    view : View
        The contact.
    """

    def __init__(self, probes: Probes, view: View) -> None:
        self.probes = probes
        self.view = view
        self._filters: dict[Filter, int] = {}
        self._profiles: dict[str, object] = {}

    def at_way(self, tried: Tried) -> None:
        """Note what the parts of a transition's condition are now."""
        self._keep(tried.filters)
        self._look(tried.look)

    def at_read(self, tried: Sequence[Tried]) -> None:
        """Note what the scores and grades are that some transitions read."""
        self._at_scores(dict.fromkeys(name for one in tried for name in one.scores))
        self._at_grades(dict.fromkeys(name for one in tried for name in one.grades))

    def at_the_end(self, now: int) -> None:
        """Note every score and grade at the instant asked about."""
        self.view.move_to(now)
        self._at_scores(self.probes.scores)
        self._at_grades(self.probes.grades.by_name)

    def _at_scores(self, names: Iterable[str]) -> None:
        for name in names:
            score = self.probes.scores.get(name)
            if score is not None and self._is_new(name):
                self._keep(score.filters)
                self._look(score.look)

    def _at_grades(self, names: Iterable[str]) -> None:
        for name in names:
            self._look(self.probes.grades.by_name[name].look)

    def _look(self, look: Callable[[View], None]) -> None:
        """Look, and put up with what is raised: a decision may have had no need to ask."""
        try:
            look(self.view)
        except Exception as error:
            # The scorers of a policy are other people's, and may raise anything.
            if not isinstance(error, LeadqualError) and not self.probes.policy.attached_scorers:
                raise

    def at_filters(self) -> None:
        """Note what filters say of the interactions: each once, for what they say does not change with time."""
        for one, until in self._filters.items():
            one.look(self.view, until)

    def _keep(self, filters: Sequence[Filter]) -> None:
        for one in filters:
            self._filters[one] = self.view.now

    def _is_new(self, name: str) -> bool:
        """Return whether a score may be another than when it was looked at last: a profile seldom changes."""
        values = self.view.values
        if name in self.probes.engine.of_profile and self._profiles.get(name) is values:
            return False
        self._profiles[name] = values
        return True


class Walk:
    """A contact on its way through the funnel, as in `leadqual.engines.advance`, but with notes at every try.

    The fold itself says at which reviews the contact moved; reviews at which nothing happened are not looked at.
    """

    def __init__(self, look: Look, standing: Standing | None, until: int) -> None:
        self.look, self.view, self.probes = look, look.view, look.probes
        self.until = until
        self.since = None if standing is None else micros(standing.as_of)
        steps, self.end, self.is_whole = self._folded(standing)
        self.reviews = [step.visit.instant for step in steps if step.visit.interaction is None]
        self.stage, self.entered = self._begin(standing)
        self._instant: int | None = None
        self._visited: set[str] = set()

    def _folded(self, standing: Standing | None) -> tuple[list[Step], int, bool]:
        """Return the moves, up to when they are known, and whether that is the end: the fold may raise before."""
        stand = self.probes.decider.stand
        try:
            return stand(self.view, self.until, standing)[1], self.until, True
        except LeadqualError:
            steps: list[Step] = []
            instants = dict.fromkeys(one.instant for one in self._happened(self.until))
            for end in (end for instant in instants for end in (instant - 1, instant)):
                try:
                    steps = stand(self.view, end, standing)[1]
                except LeadqualError:
                    return steps, end, False
            return steps, self.until, False

    def _begin(self, standing: Standing | None) -> tuple[str, int | None]:
        initial = self.probes.policy.initial_stage
        assert initial is not None  # looked at before
        stage = initial if standing is None or standing.stage is None else standing.stage
        if stage == initial:
            self.probes.entered[stage].add("entered")
        entered = None if standing is None or standing.entered_at is None else micros(standing.entered_at)
        return stage, start_of(self.view.contact, self.view.history, self.until) if entered is None else entered

    def _happened(self, until: int) -> Iterator[Interaction]:
        for one in self.view.history:
            if (self.since is None or one.instant > self.since) and one.instant <= until:
                yield one

    def go(self) -> bool:
        """Look at each visit, and at what is tried at the instant asked about; return whether it was come to."""
        visits: list[tuple[int, int, Interaction | None]] = [(one.instant, 0, one) for one in self._happened(self.end)]
        visits += [(instant, 1, None) for instant in dict.fromkeys(self.reviews)]
        for instant, _, interaction in sorted(visits, key=lambda visit: visit[:2]):
            self._visit(instant, interaction)
        if self.is_whole:
            self._stand_at(self.until)
            self._first_enabled(None)
        return self.is_whole

    def _stand_at(self, instant: int) -> None:
        if instant != self._instant:
            self._instant, self._visited = instant, {self.stage}
        self.view.move_to(instant)
        self.view.enter(self.stage, self.entered)

    def _visit(self, instant: int, interaction: Interaction | None) -> None:
        self._stand_at(instant)
        kind = None if interaction is None else interaction.kind
        while (tried := self._first_enabled(kind)) is not None:
            tried.ways.add("taken")
            self.stage, self.entered = tried.way.target, instant
            self._visited.add(self.stage)
            self.probes.entered[self.stage].add("entered")
            self.view.enter(self.stage, self.entered)

    def _first_enabled(self, kind: str | None) -> Tried | None:
        """Try the transitions in their order; return the first that fires."""
        looked: list[Tried] = []
        found = None
        for tried in self.probes.ways[self.stage]:
            way = tried.way
            if way.event is not None and way.event == kind:
                tried.ways.add("happened")
            if found is None and way.event in (None, kind) and way.target not in self._visited:
                looked.append(tried)
                self.look.at_way(tried)
                answer = tried.answer(self.view)
                if answer is None and way.on_unknown == "error":
                    break
                found = tried if answer else None
        self.look.at_read(looked)
        return found
