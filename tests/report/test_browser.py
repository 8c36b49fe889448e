"""Reports in a real browser, chromium: tables sort, nothing fails, a phone needs no sideways scrolling."""

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

import stablefit as sf
from adapters.torch import SGN

if TYPE_CHECKING:
    from selenium import webdriver

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("reports")
    fit, noise = folder / "fit.html", folder / "noise.html"
    sf.fit(sf.Stable(1.6).rvs(1000, rng=0)).report(fit, n_boot=19)
    samples = sf.Stable(np.linspace(1.2, 2.0, 30)).rvs((300, 30), rng=0)
    samples[:, 11] = 0.0
    labels = [(f"layer{i // 10}.weight", i) for i in range(30)]
    SGN(samples, labels, np.zeros(30), (samples == 0).sum(axis=0), {}).report(noise, method="ecf")
    return {"fit": fit, "noise": noise}


def column(table: object, at: int) -> list[str]:
    rows = table.find_elements("css selector", "tbody tr")  # type: ignore[attr-defined]
    return [row.find_elements("css selector", "th, td")[at].text for row in rows]


@pytest.mark.parametrize("name", ["fit", "noise"])
def test_nothing_fails(browser: "webdriver.Chrome", reports: dict[str, Path], name: str) -> None:
    browser.get(reports[name].as_uri())
    for button in browser.find_elements("css selector", "th button"):
        browser.execute_script("arguments[0].click()", button)
    assert browser.get_log("browser") == []
    assert browser.execute_script("return performance.getEntriesByType('resource').length") == 0


def test_a_title_sorts_by_numbers_and_back(browser: "webdriver.Chrome", reports: dict[str, Path]) -> None:
    browser.get(reports["noise"].as_uri())
    table = browser.find_elements("tag name", "table")[-1]
    title = table.find_element("xpath", ".//th[button='alpha']")
    title.find_element("tag name", "button").click()
    alpha = column(table, 2)
    assert title.get_attribute("aria-sort") == "ascending"
    assert [float(text) for text in alpha[:-1]] == sorted(float(text) for text in alpha[:-1])
    assert not alpha[-1][0].isdigit(), "what has no alpha comes last"
    title.find_element("tag name", "button").click()
    assert title.get_attribute("aria-sort") == "descending"
    assert column(table, 2)[:-1] == alpha[-2::-1]
    assert column(table, 2)[-1] == alpha[-1]


def test_words_sort_too(browser: "webdriver.Chrome", reports: dict[str, Path]) -> None:
    browser.get(reports["fit"].as_uri())
    table = browser.find_elements("css selector", "section table")[2]
    before = column(table, 0)
    table.find_element("css selector", "th button").click()
    assert column(table, 0) == sorted(before)
    assert before != sorted(before)


def test_the_keyboard_sorts(browser: "webdriver.Chrome", reports: dict[str, Path]) -> None:
    browser.get(reports["noise"].as_uri())
    table = browser.find_element("tag name", "table")
    button = table.find_elements("css selector", "th button")[4]
    button.send_keys("\n")
    medians = [float(text) for text in column(table, 4)]
    assert medians == sorted(medians)


@pytest.mark.parametrize("name", ["fit", "noise"])
def test_a_phone_needs_no_sideways_scrolling(browser: "webdriver.Chrome", reports: dict[str, Path], name: str) -> None:
    phone = {"width": 360, "height": 740, "deviceScaleFactor": 2, "mobile": True}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", phone)
    browser.get(reports[name].as_uri())
    assert browser.execute_script("return document.documentElement.scrollWidth") <= 360
    browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def test_dark_text_is_light(browser: "webdriver.Chrome", reports: dict[str, Path]) -> None:
    features = [{"name": "prefers-color-scheme", "value": "dark"}]
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})
    browser.get(reports["fit"].as_uri())
    style = "const s = getComputedStyle(document.body); return [s.color, s.backgroundColor]"
    text, paper = (sum(map(int, colour[4:-1].split(","))) for colour in browser.execute_script(style))
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})
    assert text > 3 * 200
    assert paper < 3 * 50
