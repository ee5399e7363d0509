"""One way to start a browser, for printing the book and for the tests: the system's Chromium, else Playwright's.

    from playwright.sync_api import sync_playwright
    from chromium import chromium

    with sync_playwright() as playwright:
        browser = chromium(playwright)
"""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from playwright.sync_api import Browser, Playwright, sync_playwright

FLAGS = (
    "--no-sandbox",  # the pages are our own, and Chromium refuses to start as root without it
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    # No name resolves but this machine's own: a page that asks for anything else fails loudly.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
)


def _starts(path: str) -> bool:
    """Whether the program runs: on Ubuntu `chromium-browser` may only be a note about a snap."""
    try:
        return subprocess.run([path, "--version"], capture_output=True, timeout=30).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def system_chromium() -> str | None:
    """The path of an installed Chromium or Chrome, or None."""
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    return next((path for name in names if (path := shutil.which(name)) and _starts(path)), None)


def playwright_chromium() -> str | None:
    """The path of the Chromium that Playwright installed for itself, or None."""
    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).exists() and _starts(path) else None


def chromium(playwright: Playwright) -> Browser:
    """A headless browser for which no address outside this machine resolves.

    Raises:
        RuntimeError: there is no Chromium; says how to get one.
    """
    path = system_chromium()
    if path is None and not Path(playwright.chromium.executable_path).exists():
        raise RuntimeError(
            "No Chromium found. Run `make browser`, or install one: "
            "`apt install chromium`, or `.venv/bin/playwright install --with-deps chromium`."
        )
    return playwright.chromium.launch(executable_path=path, headless=True, args=list(FLAGS))
