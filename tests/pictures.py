"""Takes the README's two pictures, of the built book and of the report of a simulated class of 300: `make pictures`.

Run by hand after a change of looks; the pictures are committed.
"""

from __future__ import annotations

import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

from autograder.course import BUILD, ROOT
from book.chromium import chromium

PAGES = {
    "book.png": (BUILD / "book" / "html" / "data" / "03-normalization.html", ""),
    "report.png": (BUILD / "simulated-class" / "report.html", "#e1"),
}
"""For each picture the page, and the heading with which it begins."""

FOLDER = ROOT / ".github" / "pictures"
SIZE = {"width": 1280, "height": 860}


def take(pages: dict[str, tuple[Path, str]]) -> None:
    """Saves a part of each page as a PNG of `SIZE`."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = chromium(playwright)
        page = browser.new_page(viewport=SIZE, color_scheme="light")
        for name, (path, heading) in pages.items():
            page.goto(path.as_uri() + heading)
            page.wait_for_timeout(1500)  # formulas and fonts settle
            page.screenshot(path=FOLDER / name)
        browser.close()


def main() -> int:
    missing = [str(path.relative_to(ROOT)) for path, _ in PAGES.values() if not path.exists()]
    if missing:
        print(f"Run `make` first: {', '.join(missing)} is not there yet.", file=sys.stderr)
        return 1
    take(PAGES)
    return 0


if __name__ == "__main__":
    sys.exit(main())
