"""Serves the site, to this machine only. Any other static server does the same: the site asks for no special headers."""

from __future__ import annotations

import functools
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from autograder.course import CourseError

HOST = "127.0.0.1"


class Handler(SimpleHTTPRequestHandler):
    """Knows the kinds of files of the site, and keeps quiet."""

    protocol_version = "HTTP/1.1"
    extensions_map = {**SimpleHTTPRequestHandler.extensions_map, ".wasm": "application/wasm",
                      ".mjs": "text/javascript", ".js": "text/javascript"}  # fmt: skip

    def log_message(self, format: str, *arguments: object) -> None:
        """Says nothing of each request."""


def server(folder: Path, port: int = 0) -> ThreadingHTTPServer:
    """A server of what lies in `folder`, not yet serving; port 0 is any that is free.

    Raises:
        CourseError: there is no site, or the port is taken.
    """
    if not (folder / "index.html").is_file():
        raise CourseError(f"There is no site at {folder}. `make page` builds it.")
    try:
        return ThreadingHTTPServer((HOST, port), functools.partial(Handler, directory=folder))
    except OSError as error:
        raise CourseError(f"Port {port} cannot be used: {error.strerror}. Name another: `--port 8001`.") from None
