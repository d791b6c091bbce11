"""The page of a validation in a real browser: on a phone and on a desk, in the dark and on paper, with no finding and with 10,000.

Set DETECTOR_TRAINING_SCREENSHOTS to a directory to keep screenshots of these pages.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from detector_trainer.contract import Finding, Report, Severity, Verdict, Where
from detector_trainer.report.page import render
from detector_trainer.validation.inputs import Inputs
from detector_trainer.validation.validate import validate
from support import browser
from support.browser import Browser, Seen
from support.inputs import Case
from support.mutations import picture
from support.records import features, write

pytestmark = pytest.mark.browser

PHONE, DESK = 360, 1280
SCREENSHOTS = os.environ.get("DETECTOR_TRAINING_SCREENSHOTS")
BOX = (0.1, 0.2, 0.5, 0.6)
LONG = "a_very_long_name_of_a_class_without_a_single_space_in_it_" * 3
BEYOND_THE_EDGE = """[...document.querySelectorAll('body *')].filter(node => !node.closest('.wide'))
  .filter(node => node.getBoundingClientRect().right > innerWidth + 1).map(node => node.outerHTML.slice(0, 200))"""
PICTURES = "[...document.querySelectorAll('image')].map(node => node.getBoundingClientRect()).filter(r => r.width > 0 && r.height > 0).length"
# The least contrast of any text with what is behind it, as WCAG defines it: 4.5 is its level AA.
CONTRAST = """(() => {
  const canvas = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
  const layered = colours => {
    canvas.clearRect(0, 0, 1, 1);
    for (const colour of colours) { canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1) }
    const [r, g, b] = [...canvas.getImageData(0, 0, 1, 1).data].map(v => (v /= 255, v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4));
    return .2126 * r + .7152 * g + .0722 * b;
  };
  const behind = node => node ? [...behind(node.parentElement), getComputedStyle(node).backgroundColor] : ['white'];
  const holders = [...document.querySelectorAll('body *')].filter(node => !node.closest('svg')
    && [...node.childNodes].some(child => child.nodeType === 3 && child.data.trim()));
  return Math.min(...holders.map(node => {
    const back = behind(node), [low, high] = [layered(back), layered([...back, getComputedStyle(node).color])].sort((a, b) => a - b);
    return (high + .05) / (low + .05);
  }));
})()"""


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    problem = None if browser.find() else browser.install()
    with ExitStack() as stack:
        if not problem:
            try:
                yield stack.enter_context(browser.running(tmp_path_factory.mktemp("profile")))
                return
            except browser.NotStarted as error:
                problem = str(error)
        (pytest.fail if os.environ.get("CI") else pytest.skip)(problem)


def reported(case: Case) -> tuple[Report, Inputs]:
    given = Inputs(str(case.pipeline), **case.options)
    return validate(given), given


def sound(case: Case) -> str:
    case.write()
    report, given = reported(case)
    return render(report.model_copy(update={"findings": []}), given)


def broken(case: Case) -> str:
    """Boxes and images of many sizes; one record of each kind of mistake."""
    sizes = [(640, 480), (480, 640), (200, 300), (1024, 100), (30, 20)]
    shares = [0.02 * number for number in range(1, 46)]
    sound = [
        features((0.05, 0.05, 0.05 + share, 0.05 + (share * 7) % 0.9), image__encoded=[picture(*sizes[number % 5])])
        for number, share in enumerate(shares)
    ]
    wrong = [
        features((10, 20, 50, 60)),
        features((0.1, 0.6, 0.5, 0.2)),
        features(BOX, text=LONG),
        features(BOX, image__encoded=[b"x.jpg"]),
    ]
    write(case.record, [*sound, *wrong])
    case.write()
    return render(*reported(case))


def many(case: Case) -> str:
    """10,000 findings of 40 codes, each with a message of its own length, all naming records."""
    case.write()
    report, given = reported(case)
    findings = [
        Finding(
            code=f"records/code-{number % 40}",
            severity=list(Severity)[number % 40 % 3],
            message=f"Message {number}. {'A long word: ' + 'x' * (number % 300) if number % 7 == 0 else 'Some words. ' * (number % 30)}",
            hint=f"Hint {number}.",
            where=Where(file=str(case.record), record=number % 3, field="image/object/bbox/xmin"),
            count=number + 1,
        )
        for number in range(10_000)
    ]
    return render(report.model_copy(update={"findings": findings, "verdict": Verdict.REJECT}), given)


def nothing_read(case: Case) -> str:
    case.pipeline.write_text("model { <b>")
    return render(*reported(case))


PAGES = {page.__name__: page for page in (sound, broken, many, nothing_read)}
WORDS = {
    "sound": ["PASS", "No problem found", "3 records, 3 images, 3 boxes", "Sizes of boxes", "chihuahua"],
    "broken": ["REJECT", "records/boxes-in-pixels", "xmin is 20", "Divide x by the width", "above 1.1: drawn as pixels", LONG],
    "many": ["REJECT", "3,500 errors", "records/code-39", "Message 39.", "Hint 39.", "249 more"],
    "nothing_read": ["REJECT", "config/", "The records were not read"],
}


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    made = {}
    for name, page in PAGES.items():
        folder = tmp_path_factory.mktemp(name)
        made[name] = folder / "report.html"
        made[name].write_text(page(Case(folder)), encoding="utf-8")
    return made


def looked_at(seen: Seen, name: str) -> None:
    if SCREENSHOTS:
        seen.screenshot(Path(SCREENSHOTS, f"{re.sub(r'[^a-z0-9-]+', '-', name.lower())}.png"))


@pytest.mark.parametrize("width", [PHONE, DESK])
@pytest.mark.parametrize("name", PAGES)
def test_it_is_all_there_and_nobody_has_to_scroll_sideways(chromium: Browser, pages: dict[str, Path], name: str, width: int):
    with chromium.page(pages[name], width=width) as seen:
        looked_at(seen, f"{name}-{width}")
        assert seen.said == []
        assert seen.requests == []
        assert seen.value("document.documentElement.scrollWidth") <= width
        assert seen.value(BEYOND_THE_EDGE) == []
        text = re.sub(r"\s+", " ", seen.value("document.body.innerText"))
        assert [word for word in WORDS[name] if word not in text] == []
        assert (
            seen.value("document.querySelector('h1').getBoundingClientRect().bottom") < 100
        )  # the verdict is what one sees first


def test_its_pictures_are_shown(chromium: Browser, pages: dict[str, Path]):
    with chromium.page(pages["broken"]) as seen:
        shown = len(re.findall("<image ", pages["broken"].read_text(encoding="utf-8")))
        assert (seen.pictures, seen.value(PICTURES)) == (shown, shown)
        assert shown >= 8


def test_a_page_of_10000_findings_is_no_larger_than_a_browser_likes(chromium: Browser, pages: dict[str, Path]):
    assert pages["many"].stat().st_size < 500_000
    with chromium.page(pages["many"]) as seen:
        assert seen.value("document.querySelectorAll('*').length") < 4000
        seen.value("document.querySelectorAll('summary').forEach(node => node.click())")
        assert seen.value("document.documentElement.scrollWidth") <= DESK
        assert "And 245 more findings of this code" in seen.value("document.body.innerText")


@pytest.mark.parametrize("dark", [False, True], ids=["by day", "in the dark"])
@pytest.mark.parametrize("name", ["sound", "broken", "many"])
def test_every_word_can_be_read(chromium: Browser, pages: dict[str, Path], name: str, dark: bool):
    with chromium.page(pages[name], width=PHONE, dark=dark) as seen:
        looked_at(seen, f"{name}-{'dark' if dark else 'day'}")
        assert seen.value(CONTRAST) >= 4.5


def test_paper_is_white_and_has_what_a_screen_folds(chromium: Browser, pages: dict[str, Path]):
    with chromium.page(pages["broken"], width=800, dark=True, media="print") as seen:
        looked_at(seen, "broken-print")
        assert seen.value("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
        assert seen.value("document.querySelector('details:not([open]) tbody').getBoundingClientRect().height") > 0
        assert seen.print().startswith(b"%PDF-")


def test_a_link_of_the_contents_leads_to_its_findings(chromium: Browser, pages: dict[str, Path]):
    with chromium.page(pages["many"], width=PHONE) as seen:
        targets: Any = seen.value(
            "[...document.querySelectorAll('nav a')].map(a => document.querySelector(a.getAttribute('href')).innerText.includes(a.innerText))"
        )
        assert targets == [True] * 40
