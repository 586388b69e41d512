"""A browser before Label Studio's labelling page: what it shows, and an annotator's hands.

Debian's chromium and chromium-driver, headless.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from selenium import webdriver
from selenium.common.exceptions import WebDriverException
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

T = TypeVar("T")

PATIENCE = 180
"""Seconds until what is waited for must be there; mostly it is within two."""

FLAGS = (
    "--headless",
    "--no-sandbox",  # which root must not have
    "--disable-gpu",
    # It keeps to itself: no updates or first steps, no server but that of the test.
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
    "--hide-scrollbars",
    "--lang=zh-CN",
    "--window-size=1280,900",
)


class Drawn(NamedTuple):
    """A region as it is drawn: its half-open interval of code points, and its label."""

    start: int
    end: int
    label: str


class Arrow(NamedTuple):
    """A relation as it is drawn: its name, and the regions at its two ends."""

    name: str
    head: Drawn
    tail: Drawn


# Reads the text in the order of the page, a line end for each <br>. Offsets are code points.
# A region is drawn in parts of one class, of which the last has the label.
_REGIONS = """
const root = document.querySelector('.lsf-htx-richtext');
let text = '';
let at = 0;
const add = letters => { text += letters; at += [...letters].length; };
const regions = {};
(function read(node) {
  if (node.nodeType === Node.TEXT_NODE) { add(node.nodeValue); return; }
  if (node.nodeName === 'BR') { add('\\n'); return; }
  const start = at;
  node.childNodes.forEach(read);
  if (!node.classList.contains('htx-highlight')) return;
  const name = [...node.classList].find(c => c.startsWith('htx-highlight-'));
  const region = regions[name] = regions[name] || {start, label: '', boxes: []};
  region.end = at;
  region.active = node.classList.contains('__active');
  region.label = (node.dataset.label || '').split(':')[1] || region.label;
  for (const b of node.getClientRects()) region.boxes.push([b.x, b.y, b.width, b.height]);
})(root);
return [text, Object.values(regions)];
"""

_ARROW = ".relations-overlay > g"

_ARROWS = """
const {x, y} = document.querySelector('.relations-overlay').getBoundingClientRect();
return [...document.querySelectorAll('.relations-overlay > g')].map(arrow => [
  arrow.querySelector('text').textContent,
  ...[...arrow.children].filter(e => e.nodeName === 'rect').map(e =>
    [x + +e.getAttribute('x'), y + +e.getAttribute('y'),
     +e.getAttribute('width'), +e.getAttribute('height')])]);
"""

# The boxes of some characters of the text, given as code points; they are brought into view.
_BOXES = """
const [from, to] = arguments;
const walker = document.createTreeWalker(
  document.querySelector('.lsf-htx-richtext'), NodeFilter.SHOW_TEXT | NodeFilter.SHOW_ELEMENT);
const range = document.createRange();
let at = 0;
for (let node = walker.nextNode(); node; node = walker.nextNode()) {
  if (node.nodeName === 'BR') { at += 1; continue; }
  if (node.nodeType !== Node.TEXT_NODE) continue;
  const letters = [...node.nodeValue];
  const units = n => letters.slice(0, n).join('').length;
  if (at <= from && from < at + letters.length) range.setStart(node, units(from - at));
  if (at < to && to <= at + letters.length) range.setEnd(node, units(to - at));
  at += letters.length;
}
range.startContainer.parentElement.scrollIntoView({block: 'center'});
return [...range.getClientRects()].map(b => [b.x, b.y, b.width, b.height]);
"""


def open_browser(chromium: str, driver: str, profile: Path) -> webdriver.Chrome:
    """A browser with an empty profile."""
    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    options.page_load_strategy = "none"  # the page is never done loading
    for flag in (*FLAGS, f"--user-data-dir={profile}"):
        options.add_argument(flag)
    return webdriver.Chrome(options, webdriver.ChromeService(driver))


class Page:
    """Label Studio in a browser, with one annotator before it."""

    def __init__(self, driver: webdriver.Chrome, url: str) -> None:
        self.driver, self.url = driver, url

    def log_in(self, email: str, password: str) -> None:
        """Log in as a user would."""
        self.driver.get(f"{self.url}/user/login/")
        self.find("[name=email]").send_keys(email)
        self.find("[name=password]").send_keys(password, Keys.ENTER)
        self.wait(lambda: "login" not in self.driver.current_url, "be let in")

    def open(self, project: int, task: int) -> None:
        """Open a task."""
        self.driver.get("about:blank")  # else the task before might be taken for this one
        self.driver.get(f"{self.url}/projects/{project}/data?task={task}")
        self.find(".lsf-htx-richtext .lsf-richtext__line")

    # What is shown

    def text(self) -> str:
        """The text as it is drawn, a line end for every line that ends."""
        shown: str = self.driver.execute_script(_REGIONS)[0]
        return shown

    def regions(self) -> list[Drawn]:
        """The regions of the text, in the order of their places."""
        return sorted(self._boxes())

    def arrows(self) -> list[Arrow]:
        """The relations, each end the region whose box it is drawn at."""
        boxes = self._boxes()

        def nearest(end: list[float]) -> Drawn:
            return min(boxes, key=lambda r: min(_distance(end, box) for box in boxes[r]))

        drawn = self.driver.execute_script(_ARROWS)
        return sorted(Arrow(name, nearest(head), nearest(tail)) for name, head, tail in drawn)

    def _boxes(self) -> dict[Drawn, list[list[float]]]:
        found = self.driver.execute_script(_REGIONS)[1]
        return {Drawn(r["start"], r["end"], r["label"]): r["boxes"] for r in found}

    # What is done

    def press(self, *keys: str) -> None:
        """Press a key, the last one while those before it are held."""
        chain = ActionChains(self.driver)
        for key in keys[:-1]:
            chain.key_down(key)
        chain.send_keys(keys[-1])
        for key in keys[:-1]:
            chain.key_up(key)
        chain.perform()

    def draw(self, start: int, end: int) -> None:
        """Select the characters of an interval with the mouse."""
        boxes = self._bring(start, end)
        (x, y, _, height), (x2, y2, width, height2) = boxes[0], boxes[-1]
        actions = ActionChains(self.driver, duration=150)
        pointer = actions.w3c_actions.pointer_action
        pointer.move_to_location(round(x + 1), round(y + height / 2)).pointer_down()
        pointer.move_to_location(round(x2 + width - 1), round(y2 + height2 / 2)).pointer_up()
        actions.w3c_actions.perform()

    def select(self, region: Drawn) -> None:
        """Click a region, unless it is selected: a click would undo that."""
        if self._selected() != [region]:
            self._click(region)
            self.wait(lambda: self._selected() == [region], f"see {region} selected")

    def _selected(self) -> list[Drawn]:
        found = self.driver.execute_script(_REGIONS)[1]
        return [Drawn(r["start"], r["end"], r["label"]) for r in found if r["active"]]

    def _click(self, region: Drawn) -> None:
        x, y, width, height = self._bring(region.start, region.end)[0]
        actions = ActionChains(self.driver)
        pointer = actions.w3c_actions.pointer_action
        pointer.move_to_location(round(x + width / 2), round(y + height / 2)).click()
        actions.w3c_actions.perform()

    def relate(self, head: Drawn, tail: Drawn, name: str) -> None:
        """Draw a relation from one region to another, and choose its name in the list."""
        before = len(self.driver.find_elements(By.CSS_SELECTOR, _ARROW))
        self.select(head)
        self.press(Keys.ALT, "r")
        self._click(tail)
        self.find(".lsf-panel-tabs__tab", "Relations").click()
        self.find(".lsf-relations", f"({before + 1})")
        last = self.driver.find_elements(By.CSS_SELECTOR, ".lsf-relations__item")[-1]
        self.driver.execute_script("arguments[0].scrollIntoView({block: 'center'})", last)
        ActionChains(self.driver).move_to_element(last).perform()
        self.find(".lsf-relations__item [aria-label='Show Relation Labels']").click()
        self.find(".lsf-relation-meta [data-testid=select-trigger]").click()
        self.find("[role=option]", name).click()
        self.press(Keys.ESCAPE)

    def type(self, name: str, text: str) -> None:
        """Type into a field of the selected region, and do not press Enter."""
        field = self.find(f".ie-fields [name={name}]")
        field.send_keys(text)
        assert field.get_attribute("value") == text

    def choose_indicator(self, search: str, code: str) -> None:
        """Search the indicator codes for the selected region, and choose one."""
        self.find(".ie-fields .htx-taxonomy .ant-select-selector").click()
        self.find("input[placeholder=Search]").send_keys(search)
        self.find(".ant-select-tree-treenode", code).find_element(
            By.CSS_SELECTOR, ".ant-select-tree-checkbox"
        ).click()
        self.find(".ie-fields .htx-taxonomy .ant-select-selector", code)

    def submit(self) -> None:
        """Press the button that saves, and wait until it is saved."""
        self.find("button", "Submit").click()
        self.find("button", "Update")

    def _bring(self, start: int, end: int) -> list[list[float]]:
        """The boxes of an interval where they are when the page has stopped scrolling."""
        last: list[Any] = [None]

        def still() -> list[list[float]] | None:
            before, last[0] = last[0], self.driver.execute_script(_BOXES, start, end)
            return last[0] if last[0] == before else None

        return self.wait(still, f"see [{start}, {end}) stand still")

    def find(self, css: str, text: str = "") -> Any:
        """The first visible element of a selector that holds a text, once there is one."""

        def visible() -> Any:
            found = self.driver.find_elements(By.CSS_SELECTOR, css)
            return next((e for e in found if e.is_displayed() and text in e.text), None)

        return self.wait(visible, f"see {css} {text}")

    def wait(self, look: Callable[[], T], what: str) -> T:
        """What a look finds, once it finds something."""
        until = time.monotonic() + PATIENCE
        while True:
            try:
                if found := look():
                    return found
            except WebDriverException:  # the page was about to change
                pass
            assert time.monotonic() < until, f"waited in vain to {what}"
            time.sleep(0.2)

    def picture(self, name: str) -> None:
        """Keep what is shown as ``NAME.png``, if ``IE_PICTURES`` names a folder for it."""
        if folder := os.environ.get("IE_PICTURES"):
            self.driver.save_screenshot(str(Path(folder) / f"{name}.png"))


def _distance(a: list[float], b: list[float]) -> float:
    return sum(abs(p - q) for p, q in zip(a, b, strict=True))
