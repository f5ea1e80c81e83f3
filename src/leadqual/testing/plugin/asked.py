"""What the options ask for: it is registered with pytest, and imported, only then."""

from __future__ import annotations

import pytest

from leadqual.testing.plugin.options import wants
from leadqual.testing.plugin.ran import CasesRan


def register(config: pytest.Config) -> None:
    """Register coverage, mutation, and the look at whether any case ran."""
    config.pluginmanager.register(CasesRan(config), "leadqual_ran")
    if wants(config, "cov"):
        from leadqual.testing.plugin.coverage import CoveragePlugin  # noqa: PLC0415

        config.pluginmanager.register(CoveragePlugin(config), "leadqual_cov")
    if wants(config, "mutate"):
        from leadqual.testing.plugin.mutation import MutationPlugin  # noqa: PLC0415

        config.pluginmanager.register(MutationPlugin(config), "leadqual_mutate")
