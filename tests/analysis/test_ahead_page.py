"""What the page on forecasts and counterfactuals shows is what its code prints."""

from __future__ import annotations

import re
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from typing import Any

PAGE = (Path(__file__).parents[2] / "docs" / "ahead.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)


def test_every_output_on_the_page_is_printed_by_the_code_before_it() -> None:
    namespace: dict[str, Any] = {}
    printed = StringIO()
    checked = 0
    for language, text in BLOCKS:
        if language == "python":
            with redirect_stdout(printed):
                exec(text, namespace)
        else:
            assert text in printed.getvalue()
            checked += 1
    assert checked == 4
