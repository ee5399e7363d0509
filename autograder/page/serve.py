"""Serves the site, to this machine only. Any static server can do the same: the site needs no special headers."""

from __future__ import annotations

import functools
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

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
        """Says nothing of each request."""


def server(folder: Path, port: int = 0, root: Path | None = None) -> ThreadingHTTPServer:
    """A server of the site in `folder`, not yet serving.

    Args:
        folder: of the site.
        port: 0 is any that is free.
        root: the folder whose contents are at the address "/"; `folder` itself when not given.

    Raises:
        CourseError: there is no site, or the port is taken.
    """
    if not (folder / "index.html").is_file():
        raise CourseError(f"There is no site at {folder}. `make page` builds it.")
    try:
        return ThreadingHTTPServer((HOST, port), functools.partial(Handler, directory=root or folder))
    except OSError as error:
        raise CourseError(f"Port {port} cannot be used: {error.strerror}. Name another: `--port 8001`.") from None
