"""The site of the page, built once for all its tests. What it is made of is fetched where it is not there yet."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from autograder.page import obtain, serve, site
from autograder.page.obtain import Parts


@pytest.fixture(scope="session")
def parts() -> Parts:
    return obtain.obtain(obtain.cache())


@pytest.fixture(scope="session")
def built(parts: Parts, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the site."""
    return site.build(parts, tmp_path_factory.mktemp("site") / "below" / "a" / "path")


@pytest.fixture(scope="session")
def address(built: Path) -> Iterator[str]:
    """Where the site is served: below a path, by a server that knows nothing of it."""
    served = serve.server(built, root=built.parents[2])
    thread = threading.Thread(target=served.serve_forever)
    thread.start()
    yield f"http://{serve.HOST}:{served.server_port}/below/a/path"
    served.shutdown()
    thread.join()
    served.server_close()
