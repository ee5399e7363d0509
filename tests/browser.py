"""One way to start a browser in the tests: the one with which the book is printed.

    from playwright.sync_api import sync_playwright
    from tests.browser import chromium

    with sync_playwright() as playwright:
        browser = chromium(playwright)
"""

from __future__ import annotations

from book.chromium import FLAGS, chromium, playwright_chromium, system_chromium

__all__ = ["FLAGS", "chromium", "playwright_chromium", "system_chromium"]
