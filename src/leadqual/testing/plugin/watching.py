"""Looking on while the cases of a run of pytest run, those of the workers of xdist too."""

from __future__ import annotations

from abc import ABC, abstractmethod
from contextlib import ExitStack
from typing import Any, ClassVar

import pytest

from leadqual.testing.outcome import Outcome
from leadqual.testing.running import watched


class Watching(ABC):
    """Sees every case that runs; a worker of xdist hands on what it saw.

    Parameters
    ----------
    config : Config
        The configuration of the run.
    """

    key: ClassVar[str]
    """The name under which a worker hands it on."""

    def __init__(self, config: pytest.Config) -> None:
        self.config = config
        self._watching = ExitStack()

    @abstractmethod
    def see(self, outcome: Outcome) -> None:
        """Look at what came of a case."""

    @abstractmethod
    def told(self) -> Any:
        """Return what was seen as a worker can hand it on: plain data."""

    @abstractmethod
    def take(self, told: Any) -> None:
        """Add what a worker saw."""

    def pytest_sessionstart(self) -> None:
        """Begin to look on."""
        self._watching.enter_context(watched(self.see))

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """Add what a worker saw; one that crashed tells nothing."""
        output = getattr(node, "workeroutput", {})
        if self.key in output:
            self.take(output[self.key])

    def stop(self) -> bool:
        """Stop looking on; return whether this process is the one that reports: a worker only hands on."""
        self._watching.close()
        output: dict[str, Any] | None = getattr(self.config, "workeroutput", None)
        if output is not None:
            output[self.key] = self.told()
        return output is None
