"""Mermaid from this site: Material would ask another server for it, and the site has to work without a network."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mkdocs.utils import get_relative_url

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.pages import Page

_SCRIPT: Final = "assets/mermaid/mermaid.tiny.js"
_CONFIG: Final = '<script id="__config"'


def on_post_page(output: str, page: Page, config: MkDocsConfig) -> str:
    """Load Mermaid before Material's own script, on pages that have a diagram."""
    if 'class="mermaid"' not in output:
        return output
    address = get_relative_url(_SCRIPT, page.url)
    return output.replace(_CONFIG, f'<script src="{address}"></script>{_CONFIG}', 1)
