"""A headless Chromium that tests speak to by its own protocol: width, theme, paper, keys, and what is loaded.

It reads from one pipe and writes to another, so that no port is opened and no library is needed.
"""

from __future__ import annotations

import base64
import json
import os
import select
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

PATIENCE = 90.0
_NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
_OPTIONS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--disable-extensions",
    "--disable-background-networking", "--force-color-profile=srgb", "--remote-debugging-pipe", "about:blank",
)  # fmt: skip
# Chromium reads from 3 and writes to 4, whatever the numbers of the pipes are here.
_JOIN = """
import fcntl, os, sys
pipes = [fcntl.fcntl(int(pipe), fcntl.F_DUPFD, 10) for pipe in sys.argv[1:3]]
os.dup2(pipes[0], 3)
os.dup2(pipes[1], 4)
os.execv(sys.argv[3], sys.argv[3:])
"""


def why_not() -> str | None:
    """Return what is missing for Chromium here, or nothing."""
    return None if _program() else "Chromium is not installed"


def needed() -> None:
    """Skip the test where there is no Chromium, or fail if it has to run."""
    reason = why_not()
    if reason is not None and os.environ.get("LEADQUAL_CHROMIUM") == "required":
        pytest.fail(reason)
    if reason is not None:
        pytest.skip(reason)


def _program() -> str | None:
    return next((found for name in _NAMES if (found := shutil.which(name))), None)


@contextmanager
def browser() -> Iterator[Browser]:
    """Start a browser, and end it."""
    needed()
    profile = tempfile.mkdtemp(prefix="leadqual-chromium-")
    found = Browser(str(_program()), profile)
    try:
        yield found
    finally:
        found.close()
        shutil.rmtree(profile, ignore_errors=True)


class Browser:
    """One Chromium and its pages."""

    def __init__(self, program: str, profile: str) -> None:
        there, self._out = os.pipe()
        self._in, here = os.pipe()
        self._process = subprocess.Popen(
            [sys.executable, "-c", _JOIN, str(there), str(here), program, f"--user-data-dir={profile}", *_OPTIONS],
            pass_fds=(there, here),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(there)
        os.close(here)
        self._asked, self._left = 0, b""
        self.events: list[dict[str, Any]] = []

    def close(self) -> None:
        """End the browser."""
        try:
            self.call("Browser.close")
        except (OSError, TimeoutError):
            self._process.kill()
        self._process.wait(timeout=PATIENCE)
        os.close(self._out)
        os.close(self._in)

    def call(self, method: str, session: str | None = None, **parameters: Any) -> dict[str, Any]:
        """Ask the browser something, and return its answer; what it tells meanwhile is kept in `events`."""
        self._asked += 1
        asked: dict[str, Any] = {"id": self._asked, "method": method, "params": parameters}
        if session is not None:
            asked["sessionId"] = session
        os.write(self._out, json.dumps(asked).encode() + b"\0")
        while (told := self._next()).get("id") != self._asked:
            self.events.append(told)
        assert "error" not in told, f"{method}: {told['error']}"
        result: dict[str, Any] = told["result"]
        return result

    def _next(self) -> dict[str, Any]:
        end = time.monotonic() + PATIENCE
        while b"\0" not in self._left:
            if not select.select([self._in], [], [], max(0.0, end - time.monotonic()))[0]:
                raise TimeoutError("Chromium says nothing")
            part = os.read(self._in, 1 << 20)
            if not part:
                raise BrokenPipeError("Chromium has ended")
            self._left += part
        message, _, self._left = self._left.partition(b"\0")
        found: dict[str, Any] = json.loads(message)
        return found

    @contextmanager
    def page(
        self, file: Path, *, width: int = 1200, theme: str = "light", scripts: bool = True, motion: str = "reduce"
    ) -> Iterator[Page]:
        """Open a file, and close it."""
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        self.events.clear()
        found = Page(self, session)
        for domain in ("Page", "Runtime", "Log", "Network"):
            found.call(f"{domain}.enable")
        found.call(
            "Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=width < 600
        )
        found.media(theme, motion=motion)
        found.call("Emulation.setScriptExecutionDisabled", value=not scripts)
        found.call("Page.navigate", url=file.as_uri())
        found.wait("document.readyState === 'complete' && location.protocol === 'file:'")
        try:
            yield found
        finally:
            self.call("Target.closeTarget", targetId=target)


class Page:
    """One page."""

    def __init__(self, browser: Browser, session: str) -> None:
        self._browser, self._session = browser, session

    def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Ask the page something."""
        return self._browser.call(method, self._session, **parameters)

    def media(self, theme: str, *, motion: str = "reduce", paper: bool = False) -> None:
        """Set which theme the system prefers, and whether it is the screen or paper."""
        features = [
            {"name": "prefers-color-scheme", "value": theme},
            {"name": "prefers-reduced-motion", "value": motion},
        ]
        self.call("Emulation.setEmulatedMedia", media="print" if paper else "screen", features=features)

    def run(self, code: str) -> Any:
        """Return what an expression gives."""
        found = self.call("Runtime.evaluate", expression=code, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in found, found
        return found["result"].get("value")

    def wait(self, code: str) -> None:
        """Wait until an expression is true."""
        end = time.monotonic() + PATIENCE
        while not self.run(code):
            assert time.monotonic() < end, f"never came true: {code}"
            time.sleep(0.05)

    def press(self, key: str) -> None:
        """Press a key: ``Tab``, ``Enter`` or a space."""
        codes = {"Tab": 9, "Enter": 13, " ": 32}
        text = {"Enter": "\r", " ": " "}.get(key)
        named = {"key": key, "code": "Space" if key == " " else key, "windowsVirtualKeyCode": codes[key]}
        self.call("Input.dispatchKeyEvent", type="keyDown", **named, **({"text": text} if text else {}))
        self.call("Input.dispatchKeyEvent", type="keyUp", **named)

    def picture(self) -> bytes:
        """Return what is seen, as PNG."""
        return base64.b64decode(self.call("Page.captureScreenshot", format="png")["data"])

    def printed(self) -> bytes:
        """Return the page on paper, as PDF."""
        return base64.b64decode(self.call("Page.printToPDF", printBackground=True)["data"])

    def complaints(self) -> list[str]:
        """Return every error that the page told so far."""
        return [text for event in self._browser.events if (text := _complaint(event))]

    def loaded(self) -> set[str]:
        """Return the addresses of everything that was asked for so far."""
        asked = [event for event in self._browser.events if event.get("method") == "Network.requestWillBeSent"]
        return {event["params"]["request"]["url"] for event in asked}


def _complaint(event: dict[str, Any]) -> str | None:
    told = event.get("params", {})
    if event.get("method") == "Runtime.exceptionThrown":
        return json.dumps(told["exceptionDetails"])[:500]
    if event.get("method") == "Runtime.consoleAPICalled" and told["type"] in ("error", "assert"):
        return json.dumps(told["args"])[:500]
    if event.get("method") == "Log.entryAdded" and told["entry"]["level"] == "error":
        return str(told["entry"]["text"])
    return None
