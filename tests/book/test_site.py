"""The built site as files: links lead somewhere, pictures say what they show, nothing comes from outside."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from PIL import Image

from autograder.authoring.release import CARD, CARD_HERE
from autograder.course import BOOK
from tests.book.conftest import chapters, page_path, pages, parsed

pytestmark = pytest.mark.browser

ALL = [*pages(), "genindex", "search"]


@cache
def anchors(path: Path) -> frozenset[str]:
    return frozenset(str(tag.get("id") or tag.get("name")) for tag in parsed(path).find_all(True)
                     if tag.get("id") or (tag.name == "a" and tag.get("name")))


def addresses(site: Path, page: str) -> list[tuple[str, str]]:
    """Every address in a page, with the name of its tag: attributes, inline styles, and raw HTML as well."""
    found = []
    for tag in parsed(page_path(site, page)).find_all(True):
        for attribute in ("href", "src", "data", "action", "poster", "xlink:href"):
            if tag.get(attribute) is not None and not (attribute == "data" and tag.name != "object"):
                found.append((tag.name, str(tag[attribute])))
        sizes = [part.split()[0] for part in str(tag.get("srcset", "")).split(",") if part.strip()]
        styles = re.findall(r"url\(['\"]?([^'\")]+)", str(tag.get("style", "")))
        found += [(tag.name, address) for address in sizes + styles]
    return found


def problem(site: Path, page: str, address: str) -> str | None:
    """Why an address inside the site leads nowhere, or None."""
    parts = urlsplit(address)
    if parts.scheme or parts.netloc:
        return None
    if parts.path.startswith("/"):
        return "begins at the server's root, and the book may lie in a folder"
    target = (page_path(site, page).parent / unquote(parts.path)).resolve() if parts.path else page_path(site, page)
    if not target.is_relative_to(site.resolve()):
        return "leads out of the site"
    if not target.is_file():
        return "there is no such file"
    if parts.fragment and target.suffix == ".html" and unquote(parts.fragment) not in anchors(target):
        return "there is no such anchor"
    return None


@pytest.mark.parametrize("page", ALL)
def test_every_link_and_anchor_resolves(site: Path, page: str) -> None:
    problems = {address: why for _, address in addresses(site, page) if (why := problem(site, page, address))}
    assert problems == {}
    assert len(addresses(site, page)) > 20


@pytest.mark.parametrize("page", ALL)
def test_nothing_is_loaded_from_outside(site: Path, page: str) -> None:
    links = ("a", "area", "form")
    outside = [(tag, address) for tag, address in addresses(site, page)
               if tag not in links and urlsplit(address).scheme not in ("", "data")]
    assert outside == []
    assert [address for tag, address in addresses(site, page) if tag in links
            if urlsplit(address).scheme not in ("", "http", "https", "mailto")] == []


def test_style_sheets_and_scripts_load_nothing_from_outside(site: Path) -> None:
    for path in site.rglob("*.css"):
        css = re.sub(r"/\*.*?\*/", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
        for address in re.findall(r"(?:@import\s+|url\()\s*['\"]?([^'\")\s;]+)", css):
            assert urlsplit(address).scheme in ("", "data"), f"{path.name} loads {address}"
            if not urlsplit(address).scheme:
                assert (path.parent / unquote(urlsplit(address).path)).exists(), f"{path.name}: {address}"


@pytest.mark.parametrize("page", ALL)
def test_every_picture_says_what_is_seen(site: Path, page: str) -> None:
    for image in parsed(page_path(site, page)).find_all("img"):
        assert len(str(image.get("alt", "")).strip()) > 20, image


def test_every_page_says_what_it_is_about(site: Path) -> None:
    """To search engines, and to the card that a chat shows of a link; a chapter with its question."""
    said = {}
    for page in pages():
        head = parsed(page_path(site, page)).head
        [description] = [str(tag["content"]) for tag in head.find_all("meta", attrs={"name": "description"})]
        card = {tag["property"]: tag["content"] for tag in head.find_all("meta", property=True)}
        assert 20 < len(description) <= 202, page
        assert card["og:description"] == description and card["og:title"] and card["og:site_name"] == "Reading Digits"
        assert (card["og:title"] == "Reading Digits") == (page == "index")
        said[page] = description
        question = parsed(page_path(site, page)).select_one(".admonition.question p:not(.admonition-title)")
        if question and page != "index":
            assert " ".join(question.text.split()).startswith(description.removesuffix(" …")), page
    assert len(set(said.values())) == len(said)
    assert said["index"].startswith("A course on MNIST")


@pytest.mark.parametrize("page", pages())
def test_mathjax_comes_where_there_is_a_formula(site: Path, page: str) -> None:
    document = parsed(page_path(site, page))
    loads = any("mathjax" in str(script.get("src", "")) for script in document.find_all("script"))
    assert loads == bool(document.select(".math"))


def test_the_picture_of_the_card_has_the_size_that_is_said(site: Path) -> None:
    with Image.open(site / "card.png") as picture:
        assert (f'width" content="{picture.width}"' in CARD) and (f'height" content="{picture.height}"' in CARD)
    assert all(CARD_HERE in page_path(site, page).read_text(encoding="utf-8") for page in pages())


@pytest.mark.parametrize("page", ["index", *chapters()])
def test_the_page_has_an_icon(site: Path, page: str) -> None:
    [icon] = [str(tag["href"]) for tag in parsed(page_path(site, page)).find_all("link", rel="icon")]
    assert problem(site, page, icon) is None and icon.endswith("favicon.svg")


@pytest.mark.parametrize("page", ALL)
def test_no_identifier_is_given_twice(site: Path, page: str) -> None:
    given = [str(tag["id"]) for tag in parsed(page_path(site, page)).find_all(id=True)]
    assert sorted(name for name in set(given) if given.count(name) > 1) == []


@pytest.mark.parametrize("page", pages())
def test_every_chapter_that_is_spoken_of_exists(site: Path, page: str) -> None:
    """Or is planned: a line of `_toc.yml` that is still commented out. Then it stands there as plain text."""
    toc = (BOOK / "_toc.yml").read_text(encoding="utf-8")
    planned = set(re.findall(r"^\s*# +- file: \S+/0?([0-9a-z]+)-", toc, re.MULTILINE))
    spoken_of = {tag.text.split()[-1].lower() for tag in parsed(page_path(site, page)).select(".chapter-missing")}
    assert spoken_of <= planned


@pytest.mark.parametrize("page", pages())
def test_one_heading_of_the_first_level(site: Path, page: str) -> None:
    assert len(parsed(page_path(site, page)).select("article h1")) == 1


def test_every_exercise_can_be_downloaded_from_a_page(site: Path) -> None:
    from autograder.course import exercise_names

    notebooks = [f"{name}.ipynb" for name in exercise_names()]
    listed = [Path(address).name for _, address in addresses(site, "exercises") if "_downloads/" in address]
    assert listed == notebooks, "the index of exercises has them all, in their order"
    boxes = {str(link["href"]).split("/")[-1] for page in pages()
             for link in parsed(page_path(site, page)).select(".practice a.download")}
    assert boxes and boxes <= set(notebooks)
