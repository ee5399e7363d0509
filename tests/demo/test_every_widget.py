"""What each of the widgets does where it cannot be used: a sentence stands in its place."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("page_path", [
    "draw-light.html", "network/softmax-light.html", "learning/backprop-light.html", "learning/learn-light.html",
    "judging/break-light.html"])
def test_without_scripts_and_on_paper_a_sentence_says_what_is_missing(visit, page_path):
    page = visit(page_path, java_script_enabled=False).page
    expect(page.locator(".rd-fallback")).to_be_visible()
    expect(page.locator(".rd-fallback")).to_contain_text("turn it on", use_inner_text=True)
    expect(page.locator(".rd-live")).to_be_hidden()
    page = visit(page_path).page
    expect(page.locator(".rd-fallback")).to_be_hidden()
    page.emulate_media(media="print")
    expect(page.locator(".rd-fallback")).to_be_visible()
    expect(page.locator(".rd-live")).to_be_hidden()
    expect(page.locator(".rd-fallback noscript")).to_be_hidden()
