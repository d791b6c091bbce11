"""Opens pages in a headless Chromium, over its DevTools protocol, and reports what a user with that window would see."""

from __future__ import annotations

import base64
import json
import os
import select
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "chrome")
INSTALL = Path(__file__).with_name("install_browser.sh")
# DevTools are spoken over these two descriptors.
AT_THREE_AND_FOUR = (
    "import os, sys; os.dup2(int(sys.argv[1]), 3); os.dup2(int(sys.argv[2]), 4); os.execv(sys.argv[3], sys.argv[3:])"
)
FLAGS = (
    "--headless=new",
    "--disable-gpu",
    "--hide-scrollbars",
    "--no-first-run",
    "--disable-extensions",
    "--remote-debugging-pipe",
)

PATIENCE = 120
"""Seconds of silence after which a browser is taken to hang."""


def find() -> str | None:
    """The browser of this machine; None if it has none."""
    return next((found for name in PROGRAMS if (found := shutil.which(name))), None)


def install() -> str | None:
    """Installs one where that is possible (root, and Debian's or Ubuntu's packages). What is wrong, or None."""
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        return "there is no Chromium: install the package `chromium`"
    done = subprocess.run([INSTALL], capture_output=True, text=True, check=False)
    return None if find() else f"Chromium cannot be installed: {done.stderr.strip()[-500:]}"


class NotStarted(Exception):
    """The browser is installed, and does not start; the message has its output."""


@dataclass
class Seen:
    """What a browser has made of a page."""

    browser: Browser
    session: str
    said: list[str] = field(default_factory=list)
    """Messages of its console: errors, warnings, what the page's policy forbids."""
    requests: list[str] = field(default_factory=list)
    """What was fetched besides the page; data: URLs left out."""

    pictures: int = 0
    """How many it has decoded; 0 if there is one that it cannot decode."""

    def value(self, expression: str) -> Any:
        """Of JavaScript, evaluated from outside: the page itself may run none."""
        result = self.browser.ask("Runtime.evaluate", {"expression": expression, "returnByValue": True}, self.session)
        assert "exceptionDetails" not in result, result
        return result["result"].get("value")

    def screenshot(self, path: Path) -> None:
        """The page as a PNG, from its top down to what a browser can make one picture of."""
        width, height = self.value("[document.documentElement.scrollWidth, document.documentElement.scrollHeight]")
        clip = {"x": 0, "y": 0, "width": width, "height": min(height, 12_000), "scale": 1}
        how = {"format": "png", "captureBeyondViewport": True, "clip": clip}
        path.write_bytes(base64.b64decode(self.browser.ask("Page.captureScreenshot", how, self.session)["data"]))

    def print(self) -> bytes:
        """The page on paper, as a PDF."""
        return base64.b64decode(self.browser.ask("Page.printToPDF", {}, self.session)["data"])


class Browser:
    """A running browser."""

    def __init__(self, to: int, back: int) -> None:
        self._to, self._back = to, back
        self._number = 0
        self._rest = b""
        self._events: list[dict[str, Any]] = []

    def ask(self, method: str, given: dict[str, Any] | None = None, session: str | None = None) -> dict[str, Any]:
        """Sends a command and gives its result; events that arrive meanwhile are kept."""
        self._number += 1
        message = {"id": self._number, "method": method, "params": given or {}}
        if session:
            message["sessionId"] = session
        os.write(self._to, json.dumps(message).encode() + b"\0")
        for answer in self._messages():
            if answer.get("id") == self._number:
                assert "error" not in answer, (method, answer["error"])
                result: dict[str, Any] = answer["result"]
                return result
            self._events.append(answer)
        raise AssertionError(f"the browser ended at {method}")

    def _messages(self) -> Iterator[dict[str, Any]]:
        while True:
            while b"\0" in self._rest:
                message, _, self._rest = self._rest.partition(b"\0")
                yield json.loads(message)
            if not select.select([self._back], [], [], PATIENCE)[0]:
                raise AssertionError(f"the browser has sent nothing for {PATIENCE} s")
            data = os.read(self._back, 1 << 20)
            if not data:
                return
            self._rest += data

    def _until(self, session: str, method: str) -> None:
        """Takes events down until one comes."""
        if any(event.get("method") == method and event.get("sessionId") == session for event in self._events):
            return
        for event in self._messages():
            self._events.append(event)
            if event.get("method") == method and event.get("sessionId") == session:
                return
        raise AssertionError(f"the browser ended before {method}")

    @contextmanager
    def page(self, file: Path, *, width: int = 1280, height: int = 800, dark: bool = False, media: str = "") -> Iterator[Seen]:
        """A page in a window of its own, loaded, its pictures decoded.

        Args:
            file: the page.
            width: of the window, in CSS pixels; a narrow one is a phone.
            height: likewise.
            dark: the person prefers dark colours.
            media: `print` for what paper gets; empty for the screen.
        """
        target = self.ask("Target.createTarget", {"url": "about:blank"})["targetId"]
        session = self.ask("Target.attachToTarget", {"targetId": target, "flatten": True})["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.ask(f"{domain}.enable", session=session)
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600}
        self.ask("Emulation.setDeviceMetricsOverride", size, session)
        features = [{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]
        self.ask("Emulation.setEmulatedMedia", {"media": media, "features": features}, session)
        self._events.clear()
        url = file.resolve().as_uri()
        assert "errorText" not in self.ask("Page.navigate", {"url": url}, session)
        self._until(session, "Page.loadEventFired")
        seen = Seen(self, session)
        sources = "[...document.querySelectorAll('image, img')].map(node => node.href ? node.href.baseVal : node.src)"
        decoded = f"Promise.all({sources}.map(async source => {{ const i = new Image(); i.src = source; await i.decode(); return i.naturalWidth }}))"
        answer = self.ask("Runtime.evaluate", {"expression": decoded, "awaitPromise": True, "returnByValue": True}, session)
        seen.pictures = len(answer["result"].get("value", []))
        for event in self._events:
            told = event.get("params", {})
            if event.get("method") == "Log.entryAdded":
                seen.said.append(told["entry"]["text"])
            elif event.get("method") in ("Runtime.consoleAPICalled", "Runtime.exceptionThrown"):
                seen.said.append(json.dumps(told))
            elif event.get("method") == "Network.requestWillBeSent":
                seen.requests.append(told["request"]["url"])
        seen.requests = [request for request in seen.requests if request != url and not request.startswith("data:")]
        yield seen
        self.ask("Target.closeTarget", {"targetId": target})


@contextmanager
def running(profile: Path) -> Iterator[Browser]:
    """A browser, which ends with the context.

    Args:
        profile: an empty directory for what it writes.

    Raises:
        NotStarted: it does not start.
    """
    program = find()
    assert program is not None
    to_read, to_write = os.pipe()
    back_read, back_write = os.pipe()
    flags = [*FLAGS, f"--user-data-dir={profile}", *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    command = [sys.executable, "-c", AT_THREE_AND_FOUR, str(to_read), str(back_write), program, *flags]
    with (profile / "log").open("wb") as log:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, pass_fds=(to_read, back_write))
    os.close(to_read)
    os.close(back_write)
    try:
        browser = Browser(to_write, back_read)
        try:
            browser.ask("Browser.getVersion")
        except (AssertionError, OSError) as error:
            raise NotStarted(
                f"{program} does not start: {(profile / 'log').read_text(errors='replace').strip()[-500:]}"
            ) from error
        yield browser
    finally:
        os.close(to_write)
        os.close(back_read)
        with suppress(subprocess.TimeoutExpired):
            process.wait(10)
        process.kill()
        process.wait()
