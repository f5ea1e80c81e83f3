"""Draw the pictures of the front page from the library itself: `python docs/pictures.py`, with Chromium installed."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

import leadqual as lq
from leadqual import report

ASSETS: Final = Path(__file__).parent / "assets"
_SCHEMES: Final = {"dark": 0, "light": 1}
_BROWSERS: Final = ("chromium", "chromium-browser", "google-chrome")
_CARD: Final = """<!doctype html><meta charset="utf-8"><meta name="color-scheme" content="light dark">
<style>:root{{color-scheme:light dark}}body{{margin:16px;font-family:sans-serif}}
@media(prefers-color-scheme:dark){{body{{background:#1e2129;color:#e2e4e9}}}}</style>{}"""


def main() -> int:
    """Draw each picture in light and dark."""
    browser = next((path for name in _BROWSERS if (path := shutil.which(name))), None)
    if browser is None:
        print("no Chromium was found: " + ", ".join(_BROWSERS), file=sys.stderr)
        return 1
    sample, policy = lq.datasets.demo(), lq.policies.sales()
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder, "report.html")
        report.build(policy, *sample.frames(), at=sample.at).save(page)
        draw(browser, page, "report", (1200, 650))
        card = Path(folder, "decision.html")
        card.write_text(_CARD.format(hottest(policy, sample)._repr_html_()), encoding="utf-8")
        draw(browser, card, "decision", (768, 600))
    return 0


def hottest(policy: lq.Policy, sample: lq.datasets.Demo) -> lq.Decision:
    """Return the decision on the contact that sales should call first."""
    people = (policy.decide(one, sample.histories.get(one.id, ()), at=sample.at) for one in sample.contacts)
    ripe = (decision for decision in people if decision.stage == "sql")
    return max(ripe, key=lambda decision: (decision.scores["intent"].value or 0, decision.contact_id))


def draw(browser: str, page: Path, name: str, size: tuple[int, int]) -> None:
    """Draw a page in both schemes."""
    for scheme, number in _SCHEMES.items():
        command = [
            browser, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--virtual-time-budget=8000",
            f"--blink-settings=preferredColorScheme={number}", f"--window-size={size[0]},{size[1]}",
            f"--screenshot={ASSETS / f'{name}-{scheme}.png'}", page.as_uri(),
        ]  # fmt: skip
        subprocess.run(command, check=True, capture_output=True)
        print(f"drawn: docs/assets/{name}-{scheme}.png")


if __name__ == "__main__":
    raise SystemExit(main())
