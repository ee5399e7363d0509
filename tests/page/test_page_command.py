"""`autograder page`: what it says where the page cannot be built or served."""

from __future__ import annotations

import http.client
import socket
import threading
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from autograder.cli import main
from autograder.course import CourseError, exercise_names
from autograder.page import obtain, serve, site

pytestmark = pytest.mark.fast


def refuse(folder: Path) -> Any:
    raise CourseError("Pyodide cannot be fetched: no network here.")


@pytest.fixture
def ready(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A site that is built without anything being fetched."""
    (tmp_path / "index.html").write_text("the page")
    monkeypatch.setattr(obtain, "obtain", lambda folder: None)
    monkeypatch.setattr(site, "build", lambda parts: tmp_path)
    return tmp_path


def test_what_is_missing_is_said_in_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(obtain, "obtain", refuse)
    done = CliRunner().invoke(main, ["page"])
    assert (done.exit_code, done.output) == (2, "autograder: Pyodide cannot be fetched: no network here.\n")


def test_an_exercise_that_was_never_built_is_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first, *others = exercise_names()
    monkeypatch.setattr(site, "exercise_names", lambda: [first, "99-of-mine", *others])
    site.contents(tmp_path)
    assert sorted(path.stem for path in (tmp_path / "files").glob("*.ipynb")) == [first, *others]
    assert sorted(path.name for path in (tmp_path / "files" / "tests").iterdir()) == [first, *others]


def test_it_says_where_the_site_is(ready: Path) -> None:
    done = CliRunner().invoke(main, ["page"])
    assert (done.exit_code, done.output) == (0, f"{ready}\n")


def test_a_port_that_is_taken_is_named(ready: Path) -> None:
    with socket.socket() as taken:
        taken.bind((serve.HOST, 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = CliRunner().invoke(main, ["page", "--serve", "--port", str(port)])
    assert done.exit_code == 2
    assert f"Port {port} cannot be used" in done.output and "--port" in done.output


def test_a_site_that_is_not_there_is_not_served(tmp_path: Path) -> None:
    with pytest.raises(CourseError, match="make page"):
        serve.server(tmp_path)


def test_the_cache_is_where_caches_are(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert obtain.cache() == tmp_path / "reading-digits" / "page"
    monkeypatch.delenv("XDG_CACHE_HOME")
    assert obtain.cache() == Path.home() / ".cache" / "reading-digits" / "page"


def test_the_book_is_served_around_the_page_with_links_into_it(tmp_path: Path) -> None:
    book, page = tmp_path / "book", tmp_path / "site"
    (book / "data").mkdir(parents=True)
    page.mkdir()
    (book / "index.html").write_text("first here")
    (book / "data" / "chapter.html").write_text("chapter here")
    (book / "plain.css").write_text("here")
    (page / "index.html").write_text("the site, here")
    (page / "a b.txt").write_text("of the site")
    server = serve.with_book(page, book, lambda text, up: text.replace("here", f"{up}page"))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    found = {}
    try:
        for path in ("", "data/chapter.html", "plain.css", "page/", "page/a%20b.txt", "page/../plain.css",
                     "%2e%2e/site/index.html"):
            connection = http.client.HTTPConnection(serve.HOST, server.server_port, timeout=20)
            connection.request("GET", f"/{path}")
            answer = connection.getresponse()
            found[path] = (answer.status, answer.read().decode() if answer.status == 200 else "")
            connection.close()
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
    assert found == {
        "": (200, "first page"), "data/chapter.html": (200, "chapter ../page"), "plain.css": (200, "here"),
        "page/": (200, "the site, here"), "page/a%20b.txt": (200, "of the site"), "page/../plain.css": (404, ""),
        "%2e%2e/site/index.html": (404, ""),
    }  # fmt: skip
