"""Lays the site out: JupyterLite, Pyodide, packages, exercises.

Of the course, only `exercises/` and `book/page/` go in. Learners get both, and neither holds a solution or a
hidden test.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path

from autograder.course import BUILD, EXERCISES, ROOT, SUPPORT_FILES, CourseError, digest, exercise_names
from autograder.page import licenses, wheels
from autograder.page.obtain import Parts

SITE = BUILD / "page"
IN_THE_PAGE = ROOT / "book" / "page"
WHEN = 1_600_000_000
"""The time of all files that JupyterLite lists, so that its lists are the same each time."""

WRITTEN = "2020-09-13T12:26:40Z"
"""The same time, in the form of the listings."""

RECORD = "page.json"
"""Lies beside the site: the fingerprint of its parts, and the hashes of all files in it that others made."""

OF_OTHERS = ("build/", "extensions/", "static/")
"""The folders of JupyterLite, Pyodide and the packages, which existed before the course."""

BUILD_SECONDS = 300
APPS = ("lab", "notebooks", "tree")
SCRIPTS = {"start.js": APPS, "work.js": ("notebooks",)}
"""The beginning of each app: a message if the browser lacks something, and in a notebook the saving of work."""

WORKER, OF_JUPYTERLITE = "service-worker.js", "service-worker-of-jupyterlite.js"
OFFLINE = "offline.js"
KEPT = ("static/pyodide/", "extensions/", "files/", "api/", "notebooks/", "tree/")
"""Files that a visit without a network needs besides the parts of JupyterLite that a page has loaded."""

KERNEL = {
    "disablePyPIFallback": True,
    "pyodideUrl": "./static/pyodide/pyodide.mjs",
    # The kernel does not see the imports of digits.py behind `import digits`, so packages for exercises 1 and 2 load at
    # once.
    "loadPyodideOptions": {
        "packages": ["numpy", "matplotlib", "micropip", "ipython", "jedi", "comm", wheels.OWN],
        "env": {"KERAS_BACKEND": "numpy", "HOME": "/home/pyodide", "MPLBACKEND": "module://matplotlib_inline.backend_inline",
                "PYTHONSTARTUP": "/lib/python3.14/site-packages/kernel_in_page/startup.py"},
    },
}


def build(parts: Parts, site: Path = SITE) -> Path:
    """Builds the site again from its parts, and from the exercises as they are; returns its folder.

    Raises:
        CourseError: JupyterLite could not build it.
    """
    with tempfile.TemporaryDirectory() as made:
        lite = Path(made) / "lite"
        lite.mkdir()
        pyodide = lite / "static" / "pyodide"
        pyodide.mkdir(parents=True)
        packages = wheels.lay_out(parts, IN_THE_PAGE, pyodide)
        _configuration(lite)
        for path in lite.rglob("*"):
            os.utime(path, (WHEN, WHEN))
        command: list[str | Path] = [parts.python, "-m", "jupyter", "lite", "build", "--lite-dir", lite,
                                     "--output-dir", lite / "out"]  # fmt: skip
        done = subprocess.run(command, cwd=lite, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              timeout=BUILD_SECONDS, env={**os.environ, "SOURCE_DATE_EPOCH": str(WHEN)})  # fmt: skip
        if done.returncode:
            raise CourseError("The page was not built: JupyterLite stopped.\n" + (done.stdout + done.stderr)[-2000:])
        others = sorted({digest(path) for folder in OF_OTHERS for path in (lite / "out" / folder).rglob("*")
                         if path.is_file() and path.name != packages[0].name})  # fmt: skip
        contents(lite / "out")
        _icons(lite / "out")
        _scripts(lite / "out")
        _offline(lite / "out")
        licenses.write(packages, parts.python, lite / "out" / "licenses")
        shutil.rmtree(site, ignore_errors=True)
        shutil.copytree(lite / "out", site)
    (site.parent / RECORD).write_text(json.dumps({"of": fingerprint(), "others": others}, indent=1) + "\n", "utf-8")
    return site


def fingerprint() -> str:
    """Returns a hash of all parts of the site, except the exercises."""
    sources = [path for folder in (Path(__file__).parent, IN_THE_PAGE) for path in sorted(folder.rglob("*"))
               if path.suffix in (".py", ".js", ".toml", ".txt")]  # fmt: skip
    return hashlib.sha256("".join(map(digest, sources)).encode()).hexdigest()


def with_exercises(exercises: Mapping[str, bytes], site: Path = SITE) -> tuple[dict[str, bytes], set[str]]:
    """Returns the site that was built, with these exercises in place of those that are in it.

    Args:
        exercises: the learners' folder, by path in it: notebooks, checks, digits.py, the data.
        site: the folder of the site.

    Returns:
        Every file by its path in the site, and the hashes (SHA-256) of all in it that others made.

    Raises:
        CourseError: there is no site, or its parts have changed since.
    """
    try:
        record = json.loads((site.parent / RECORD).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        record = {}
    if record.get("of") != fingerprint() or not site.is_dir():
        raise CourseError("The page is not built as it is now. Run `autograder page`, which builds it.")
    with tempfile.TemporaryDirectory() as temporary:
        source, made = Path(temporary) / "source", Path(temporary) / "made"
        for name, data in exercises.items():
            if name in SUPPORT_FILES or name.startswith("tests/") or name.endswith(".ipynb"):
                (source / name).parent.mkdir(parents=True, exist_ok=True)
                (source / name).write_bytes(data)
        contents(made, source)
        found = {path.relative_to(folder).as_posix(): path.read_bytes() for folder in (site, made)
                 for path in sorted(folder.rglob("*")) if path.is_file() and not (
                     folder == site and path.relative_to(site).parts[0] in ("files", "api"))}  # fmt: skip
    return found, set(record["others"])


def contents(site: Path, source: Path = EXERCISES) -> None:
    """Writes the learner's folder (notebooks, checks, digits.py, the data) and its listings, as JupyterLite reads them.

    JupyterLite can write the listings itself, with a Jupyter server installed beside it. These are the same each time.

    Args:
        site: the folder of the site; the files go into `files` and `api` there.
        source: a learners' folder.
    """
    files = site / "files"
    files.mkdir(parents=True)
    for name in exercise_names():
        if (source / f"{name}.ipynb").is_file():  # an exercise whose master was never in order has no notebook
            shutil.copy(source / f"{name}.ipynb", files)
            shutil.copytree(source / "tests" / name, files / "tests" / name,
                            ignore=shutil.ignore_patterns("__pycache__"))  # fmt: skip
    for name in SUPPORT_FILES:
        shutil.copy(source / name, files)
    for folder in [files, *(path for path in files.rglob("*") if path.is_dir())]:
        place = site / "api" / "contents" / folder.relative_to(files)
        place.mkdir(parents=True, exist_ok=True)
        listing = {**_listed(folder, files), "content": [_listed(path, files) for path in sorted(folder.iterdir())]}
        (place / "all.json").write_text(json.dumps(listing, indent=1) + "\n", encoding="utf-8")


def _listed(path: Path, files: Path) -> dict[str, object]:
    """Returns the description of a file or a folder in Jupyter's contents interface."""
    inside = path.relative_to(files).as_posix()
    kind = "directory" if path.is_dir() else "notebook" if path.suffix == ".ipynb" else "file"
    mimetype = {".py": "text/x-python", ".npz": "application/octet-stream"}.get(path.suffix)
    return {"name": "" if path == files else path.name, "path": "" if path == files else inside, "type": kind,
            "format": "json" if kind == "directory" else None, "mimetype": mimetype, "content": None,
            "size": None if path.is_dir() else path.stat().st_size, "writable": True, "hash": None,
            "hash_algorithm": None, "created": WRITTEN, "last_modified": WRITTEN}  # fmt: skip


def _icons(site: Path) -> None:
    """Writes the icons of an open notebook, and of one that computes: JupyterLite asks for them and brings none."""
    folder = site / "static" / "favicons"
    folder.mkdir(parents=True)
    for name in ("notebook", "file", "terminal", "busy-1", "busy-2", "busy-3"):
        shutil.copy(site / "lab" / "favicon.ico", folder / f"favicon-{name}.ico")


def _scripts(site: Path) -> None:
    for script in SCRIPTS:
        shutil.copy(IN_THE_PAGE / script, site)
    for app in APPS:
        page = site / app / "index.html"
        text = page.read_text(encoding="utf-8")
        assert text.count("</title>") == 1, page
        tags = "".join(f'\n    <script src="../{script}"></script>' for script, apps in SCRIPTS.items() if app in apps)
        page.write_text(text.replace("</title>", "</title>" + tags), encoding="utf-8")


def _offline(site: Path) -> None:
    """Writes our service worker in place of JupyterLite's, which it loads; and the list of the files that it keeps."""
    (site / WORKER).rename(site / OF_JUPYTERLITE)
    text = (IN_THE_PAGE / OFFLINE).read_text(encoding="utf-8")
    assert text.count('"@version@"') == 1
    (site / WORKER).write_text(text.replace("@version@", fingerprint()[:12]), encoding="utf-8")
    listed = sorted(path.relative_to(site).as_posix() for path in site.rglob("*") if path.is_file())
    keep = [name for name in listed if name.startswith(KEPT) or ("/" not in name and name.endswith(".json"))]
    (site / "offline.json").write_text(json.dumps({"keep": keep}, indent=1) + "\n", encoding="utf-8")


def _configuration(lite: Path) -> None:
    page = {"jupyter-lite-schema-version": 0, "jupyter-config-data": {
        "appName": "Reading Digits", "contentsAllJsonFile": "all.json", "exposeAppInBrowser": True,
        "litePluginSettings": {"@jupyterlite/pyodide-kernel-extension:kernel": KERNEL}}}  # fmt: skip
    builder = {"LiteBuildConfig": {"apps": APPS, "no_sourcemaps": True,
                                   "no_unused_shared_packages": True}}  # fmt: skip
    settings = {"@jupyterlab/notebook-extension:tracker": {"windowingMode": "none"}}
    for name, content in (("jupyter-lite.json", page), ("jupyter_lite_config.json", builder),
                          ("overrides.json", settings)):  # fmt: skip
        (lite / name).write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
