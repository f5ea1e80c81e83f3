"""The page in a browser: charts are drawn, themes differ, keys work, nothing is loaded, nothing sticks out.

Opening the page takes seconds, since plotly is large: each test looks at much of one that it has opened.
"""

from __future__ import annotations

import re

import pytest
from support import chromium
from support.made_up_report import CHARTS, made_up

from leadqual.report.charts.theme import THEMES

DONE = "document.documentElement.classList.contains('done')"
FIRST_BAR = "getComputedStyle(document.querySelector('.main-svg .bars path')).fill"
GROUND = "getComputedStyle(document.body).backgroundColor"
WIDTH = "document.documentElement.scrollWidth"
FITTED = "[...document.querySelectorAll('[data-chart]')].every(box => box.layout.width === box.clientWidth)"
OUTSIDE = (
    "[...document.querySelectorAll('[data-chart]')].filter(box => box.querySelector('.main-svg')"
    ".getBoundingClientRect().width > box.clientWidth + 1).map(box => box.dataset.chart)"
)


@pytest.fixture(scope="module")
def browser():
    with chromium.browser() as found:
        yield found


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    return made_up().save(tmp_path_factory.mktemp("page") / "report.html")


def rgb(colour):
    return "rgb({}, {}, {})".format(*(int(colour[place : place + 2], 16) for place in (1, 3, 5)))


def is_in(page, theme):
    page.wait(f"{FIRST_BAR} === '{rgb(THEMES[theme]['c0'])}'")
    assert page.run(GROUND) == rgb(THEMES[theme]["page"])


def test_every_chart_is_drawn_in_both_themes_and_nothing_is_loaded(browser, file):
    with browser.page(file) as page:
        page.wait(DONE)
        assert page.run("document.querySelectorAll('[data-chart] .main-svg').length") >= len(CHARTS)
        assert page.run("document.querySelectorAll('[data-chart].drawn').length") == len(CHARTS)
        assert page.run("[...document.querySelectorAll('figure details')].every(one => !one.open)")
        is_in(page, "light")
        light = page.picture()
        page.media("dark")  # the page follows the system until somebody chooses
        is_in(page, "dark")
        assert page.run("document.getElementById('theme').getAttribute('aria-pressed')") == "true"
        assert page.picture() != light
        assert page.run(OUTSIDE) == []
        assert page.complaints() == []
        assert page.loaded() <= {file.as_uri(), "data:,"}


def test_names_from_data_never_run_and_are_read_to_the_letter(browser, file):
    with browser.page(file) as page:
        page.wait(DONE)
        assert page.run("window.pwned === undefined")
        assert page.run("document.querySelectorAll('.chart img, .chart script, .chart b, .chart a').length") == 0
        labels = page.run("[...document.querySelectorAll('.chart text')].map(one => one.textContent)")
        assert any(label.startswith("<script>window.pwned=1</script>") for label in labels)
        assert any("<b>ninth</b>" in label for label in labels)


def test_nothing_sticks_out_on_a_telephone(browser, file):
    with browser.page(file, width=400, theme="dark") as page:
        page.wait(DONE)
        is_in(page, "dark")
        assert page.run(WIDTH) == 400
        assert page.run(OUTSIDE) == []
        page.run("document.querySelectorAll('details').forEach(one => { one.open = true })")
        page.call("Emulation.setDeviceMetricsOverride", width=320, height=900, deviceScaleFactor=1, mobile=True)
        page.wait(FITTED)
        assert page.run(WIDTH) == 320
        whole, seen = page.run("(one => [one.scrollWidth, one.clientWidth])(document.querySelector('.scroll'))")
        assert whole > seen  # the table scrolls inside itself
        assert page.complaints() == []


def test_everything_works_by_keyboard(browser, file):
    with browser.page(file) as page:
        page.wait(DONE)
        page.press("Tab")
        assert page.run("document.activeElement.className") == "skip"
        page.press("Tab")
        assert page.run("document.activeElement.id") == "theme"
        assert page.run("getComputedStyle(document.activeElement).outlineStyle") == "solid"
        for key, theme in ((" ", "dark"), ("Enter", "light")):
            page.press(key)
            is_in(page, theme)
            assert page.run("document.documentElement.dataset.theme") == theme
        page.run("localStorage.clear()")
        page.run("document.querySelector('.skip').focus()")
        page.press("Enter")
        page.wait("document.activeElement.id === 'report'")
        page.press("Tab")
        assert page.run("document.activeElement.tagName") == "SUMMARY"
        page.press("Enter")
        page.wait("document.activeElement.parentNode.open")


def test_without_scripts_the_numbers_stand_open(browser, file):
    with browser.page(file, scripts=False) as page:
        assert page.run("[...document.querySelectorAll('figure details')].every(one => one.open)")
        assert page.run("getComputedStyle(document.querySelector('.chart')).display") == "none"
        assert page.run("document.querySelector('td').getBoundingClientRect().height") > 0
        assert page.run("document.getElementById('theme').hidden")
        assert page.run(WIDTH) <= 1200


def test_it_prints_light_and_whole(browser, file):
    with browser.page(file, theme="dark") as page:
        page.wait(DONE)
        page.run("window.told = []; addEventListener('beforeprint', () => window.told.push('before'))")
        sheets = page.printed()
        assert sheets.startswith(b"%PDF")
        assert len(re.findall(rb"/Type\s*/Page\b", sheets)) >= 2
        assert page.run("window.told.join()") == "before"
        is_in(page, "dark")  # again
        page.media("dark", paper=True)
        ink = "getComputedStyle(document.documentElement).getPropertyValue('--ink').trim()"
        assert page.run(ink) == THEMES["light"]["ink"]
        for left_out in ("#theme", ".toc", ".skip"):
            assert page.run(f"getComputedStyle(document.querySelector('{left_out}')).display") == "none"
