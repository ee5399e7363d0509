"""Serves the site, and the book around it, to this machine only. Any static server can: no special header is needed."""

from __future__ import annotations

import functools
from collections.abc import Callable
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from autograder.course import CourseError

HOST = "127.0.0.1"


class Handler(SimpleHTTPRequestHandler):
    """Knows the kinds of files of the site, and keeps quiet."""

    protocol_version = "HTTP/1.1"
    extensions_map = {  # noqa: RUF012 - declared so where it comes from
        **SimpleHTTPRequestHandler.extensions_map,
        ".wasm": "application/wasm",
        ".mjs": "text/javascript",
        ".js": "text/javascript",
    }

    def log_message(self, format: str, *arguments: object) -> None:
        """Logs no requests."""


class WithBook(Handler):
    """The book, and the site in its folder `page`, as in a release; the book's pages link to the exercises there."""

    def __init__(self, *arguments: Any, book: Path, page: Path, linked: Callable[[str, str], str]) -> None:
        self.book, self.page, self.linked = book, page, linked
        super().__init__(*arguments, directory=str(book))

    def translate_path(self, path: str) -> str:
        inside = unquote(urlsplit(path).path)
        if inside != "/page" and not inside.startswith("/page/"):
            return super().translate_path(path)
        self.directory = str(self.page)
        try:
            return super().translate_path(path.removeprefix("/page") or "/")
        finally:
            self.directory = str(self.book)

    def do_GET(self) -> None:
        file = Path(self.translate_path(self.path))
        file = file / "index.html" if file.is_dir() and urlsplit(self.path).path.endswith("/") else file
        if file.suffix != ".html" or not file.is_relative_to(self.book) or not file.is_file():
            super().do_GET()
            return
        up = "../" * (len(file.relative_to(self.book).parts) - 1)
        text = self.linked(file.read_text(encoding="utf-8"), up).encode()
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)


def server(folder: Path, port: int = 0, root: Path | None = None) -> ThreadingHTTPServer:
    """Makes a server of the site in `folder`; it does not serve yet.

    Args:
        folder: of the site.
        port: 0 for any free port.
        root: the folder whose contents are at the address "/"; `folder` itself when not given.

    Raises:
        CourseError: there is no site, or the port is taken.
    """
    return _bound(folder, port, functools.partial(Handler, directory=root or folder))


def with_book(folder: Path, book: Path, linked: Callable[[str, str], str], port: int = 0) -> ThreadingHTTPServer:
    """Makes a server of the built book, with the site below `/page/`; it does not serve yet.

    Args:
        folder: of the site.
        book: the folder of the book's pages.
        linked: takes a page's text and the way from it to the book's folder; returns the text with links to the
            exercises.
        port: 0 for any free port.

    Raises:
        CourseError: there is no site, or the port is taken.
    """
    return _bound(folder, port, functools.partial(WithBook, book=book, page=folder, linked=linked))


def _bound(folder: Path, port: int, handler: Callable[..., Handler]) -> ThreadingHTTPServer:
    if not (folder / "index.html").is_file():
        raise CourseError(f"There is no site at {folder}. `make page` builds it.")
    try:
        return ThreadingHTTPServer((HOST, port), handler)
    except OSError as error:
        raise CourseError(f"Port {port} cannot be used: {error.strerror}. Name another: `--port 8001`.") from None
