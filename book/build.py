"""Builds the book into build/book/html; the Makefile calls it.

    python book/build.py            only what changed is executed and written
    python book/build.py --fresh    everything from nothing
    python book/build.py --pdf      and then the whole book as build/book/reading-digits.pdf; needs a Chromium

Theory of operation. A chapter is a MyST Markdown notebook. First the chapters whose code changed are
executed, one process each, as many at a time as there are processors, every one on a single thread so that
its numbers do not depend on the machine's load; what they print and draw goes into jupyter-cache
(build/book/executed). Then Sphinx runs once, in this process, finds every chapter executed, and writes the
pages. A warning of any kind fails the build.

What a chapter's results depend on is: its code cells, `figures.py`, the data, the result files of experiments
that it reads, and the versions of the libraries. jupyter-cache knows only the code cells, so this script
keeps a digest of the rest and drops what is stale.

A printed book that is no longer the book is worse than none: it is removed as soon as a page changes.
"""

from __future__ import annotations

import argparse
import fcntl
import hashlib
import importlib.metadata
import json
import os
import shutil
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

BOOK = Path(__file__).resolve().parent
ROOT = BOOK.parent
OUTPUT = ROOT / "build" / "book"
EXERCISES = ROOT / "exercises"
LIBRARIES = ("tensorflow-cpu", "tensorflow", "keras", "numpy", "matplotlib", "myst-nb")
KERNEL_LOG = OUTPUT / "kernels.log"
PDF = OUTPUT / "reading-digits.pdf"
PRINTED = OUTPUT / "printed.txt"
CELL_TIMEOUT = 600


def prepare_environment() -> None:
    """What every kernel inherits: where the helper modules are; TensorFlow quiet, exact and on one thread."""
    paths = [str(EXERCISES), str(BOOK), os.environ.get("PYTHONPATH", "")]
    os.environ |= {
        "PYTHONPATH": os.pathsep.join(path for path in paths if path),
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "TF_ENABLE_ONEDNN_OPTS": "0",
        "CUDA_VISIBLE_DEVICES": "-1",
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "TF_NUM_INTRAOP_THREADS": "1",
        "TF_NUM_INTEROP_THREADS": "1",
        "PYTHONHASHSEED": "0",
    }


@contextmanager
def alone() -> Iterator[None]:
    """Waits until no other build of this book runs, and keeps others waiting."""
    OUTPUT.parent.mkdir(exist_ok=True)
    with (OUTPUT.parent / "book.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


# --- Executing the chapters --------------------------------------------------------------------------------

@dataclass(frozen=True)
class Executed:
    """What one process hands back: the notebook with its outputs as JSON, or how its failure reads."""

    notebook: str
    seconds: float
    error: str


def execute(path: str, source: str) -> Executed:
    """Runs one notebook (JSON) in a kernel of its own; in a worker process."""
    import nbformat
    from jupyter_cache.executors.utils import single_nb_execution

    # What kernels write to the terminal (not what cells print) is kept in a file: mostly start-up notices.
    with KERNEL_LOG.open("ab") as log:
        os.dup2(log.fileno(), 2)
    notebook = nbformat.reads(source, as_version=4)
    done = single_nb_execution(notebook, cwd=str(Path(path).parent), timeout=CELL_TIMEOUT, allow_errors=False)
    return Executed(nbformat.writes(notebook), done.time, str(done.err or ""))


def chapters() -> list[Path]:
    """The pages of the book that are notebooks, in the order of the table of contents."""
    from myst_nb.core.read import is_myst_markdown_notebook
    from sphinx_external_toc.parsing import parse_toc_yaml

    pages = [BOOK / f"{name}.md" for name in parse_toc_yaml(BOOK / "_toc.yml")]
    texts = {page: page.read_text(encoding="utf-8") for page in pages if page.exists()}
    return [page for page, text in texts.items() if is_myst_markdown_notebook(text)]


def ingredients(source: str) -> str:
    """A digest of what a chapter's results depend on besides its own code cells."""
    files = [BOOK / "figures.py", EXERCISES / "mnist.npz"]
    files += sorted(path for path in (BOOK / "experiments" / "results").glob("*.json")
                    if f'results("{path.stem}")' in source)
    digest = hashlib.sha256()
    for path in files:
        digest.update(path.name.encode() + hashlib.sha256(path.read_bytes()).digest())
    for library in LIBRARIES:
        try:
            digest.update(f"{library} {importlib.metadata.version(library)}".encode())
        except importlib.metadata.PackageNotFoundError:
            continue
    return digest.hexdigest()


def execute_chapters(processes: int) -> bool:
    """Executes the chapters that need it and puts their outputs into the cache; whether all succeeded."""
    import nbformat
    from jupyter_cache import get_cache
    from jupyter_cache.base import CacheBundleIn
    from myst_nb.core.read import MystMetadataParsingError, read_myst_markdown_notebook
    from myst_parser.config.main import MdParserConfig

    cache = get_cache(OUTPUT / "executed")
    cache.change_cache_limit(1000)
    record = OUTPUT / "executed.json"  # also read by the extension, which has these pages read again
    known = json.loads(record.read_text()) if record.exists() else {}
    waiting, fresh, failed = {}, {}, False
    for page in chapters():
        text = page.read_text(encoding="utf-8")
        name = page.relative_to(BOOK).as_posix()
        try:
            notebook = read_myst_markdown_notebook(text, config=MdParserConfig(), path=page)
        except MystMetadataParsingError as error:
            failed = True
            print(f"{name} cannot be read: {error}", file=sys.stderr, flush=True)
            continue
        fresh[name] = ingredients(text)
        try:
            found = cache.match_cache_notebook(notebook)
            if known.get(name, {}).get("ingredients") == fresh[name]:
                continue
            cache.remove_cache(found.pk)
        except KeyError:
            pass
        waiting[name] = nbformat.writes(notebook)
    if not waiting:
        return not failed

    print(f"Executing {len(waiting)} of {len(fresh)} chapters, {processes} at a time", flush=True)
    with ProcessPoolExecutor(processes) as pool:
        jobs = {pool.submit(execute, str(BOOK / name), source): name for name, source in waiting.items()}
        for number, job in enumerate(as_completed(jobs), 1):
            name = jobs[job]
            try:
                done = job.result()
            except Exception as error:  # the kernel died, or never started
                log = KERNEL_LOG.relative_to(ROOT)
                done = Executed("", 0, f"{type(error).__name__}: {error}\nSee {log}.")
            print(f"  [{number}/{len(jobs)}] {name}: {done.seconds:.0f} s", flush=True)
            if done.error:
                failed = True
                print(f"\n{name} failed:\n{done.error}\n", file=sys.stderr, flush=True)
                continue
            cache.cache_notebook_bundle(
                CacheBundleIn(nbformat.reads(done.notebook, as_version=4), str(BOOK / name),
                              data={"execution_seconds": done.seconds}),
                check_validity=False, overwrite=True)
            known[name] = {"ingredients": fresh[name], "executed": time.time()}
            record.write_text(json.dumps(known, indent=1, sort_keys=True))
    return not failed


# --- Writing the pages -------------------------------------------------------------------------------------

def write_pages(builder: str = "html") -> bool:
    """Runs Sphinx with Jupyter Book's configuration; whether there was neither error nor warning."""
    from jupyter_book.sphinx import build_sphinx

    result = build_sphinx(
        BOOK, OUTPUT / builder, doctreedir=OUTPUT / "doctrees" / builder, builder=builder, noconfig=True,
        path_config=BOOK / "_config.yml", warningiserror=True, keep_going=True, quiet=True,
        confoverrides={
            "external_toc_path": str(BOOK / "_toc.yml"), "nb_execution_cache_path": str(OUTPUT / "executed"),
            "nitpicky": True, "latex_individualpages": False})
    if result == 0:
        return True
    # Sphinx would not repeat a warning about a page it has read: forget that it was read.
    shutil.rmtree(OUTPUT / "doctrees" / builder, ignore_errors=True)
    return False


# --- Printing ----------------------------------------------------------------------------------------------

# On paper the answers are unfolded, and so is code that the reader was asked to write. The book's title stands over the
# contents, whose captions are no headings. A link to a file beside the pages would name a folder of this machine.
READY_TO_PRINT = """async () => {
  document.querySelectorAll("details.sd-dropdown, .tag_try-first details").forEach(folded => folded.open = true);
  document.querySelectorAll("#jb-print-docs-body h1").forEach(title => title.textContent = document.title);
  document.querySelectorAll("#jb-print-toc [role=heading]").forEach(caption => caption.removeAttribute("role"));
  for (const link of document.querySelectorAll("a[href]"))
    if (link.protocol === "file:" && !link.getAttribute("href").startsWith("#")) link.removeAttribute("href");
  if (window.MathJax && MathJax.startup) await MathJax.startup.promise;
  await document.fonts.ready;
}"""

PAGE_NUMBER = '<div style="width: 100%; text-align: center; font-size: 8px"><span class="pageNumber"></span></div>'


def print_book() -> bool:
    """Writes all pages as one, unfolds the answers, and prints it: a tagged PDF with an outline."""
    from chromium import chromium
    from playwright.sync_api import sync_playwright

    print("Printing", flush=True)
    if not write_pages("singlehtml"):
        return False
    with sync_playwright() as playwright:
        try:
            browser = chromium(playwright)
        except RuntimeError as error:
            print(error, file=sys.stderr)
            return False
        page = browser.new_page(color_scheme="light")
        page.goto((OUTPUT / "singlehtml" / "index.html").as_uri())
        page.evaluate(READY_TO_PRINT)
        page.pdf(path=PDF, format="A4", tagged=True, outline=True, print_background=True,
                 margin=dict.fromkeys(("top", "right", "bottom", "left"), "18mm"),
                 display_header_footer=True, header_template="<span></span>", footer_template=PAGE_NUMBER)
        browser.close()
    PRINTED.write_text(pages_digest())
    return True


def pages_digest() -> str:
    """A digest of the pages as they are: a printed book is this book as long as it does not change."""
    from sphinx_external_toc.parsing import parse_toc_yaml

    digest = hashlib.sha256()
    for name in parse_toc_yaml(BOOK / "_toc.yml"):
        digest.update((OUTPUT / "html" / f"{name}.html").read_bytes())
    return digest.hexdigest()


def remove_outdated_pdf() -> None:
    if PDF.exists() and not (PRINTED.exists() and PRINTED.read_text() == pages_digest()):
        PDF.unlink()


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Build the book into build/book/html.")
    parser.add_argument("--fresh", action="store_true", help="forget everything built before")
    parser.add_argument("--pdf", action="store_true", help="also print it as build/book/reading-digits.pdf")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="chapters executed at a time")
    options = parser.parse_args(arguments)

    prepare_environment()
    with alone():
        return build(options.fresh, options.jobs, options.pdf)


def build(fresh: bool, processes: int, pdf: bool) -> int:
    """Builds what changed; the process's exit code."""
    started = time.monotonic()
    if fresh:
        shutil.rmtree(OUTPUT, ignore_errors=True)
    OUTPUT.mkdir(parents=True, exist_ok=True)
    if not execute_chapters(processes):
        print("The book was not built: a chapter's code failed, see above.", file=sys.stderr)
        return 1
    print("Writing the pages", flush=True)
    if not write_pages():
        print("The book has errors or warnings, see above.", file=sys.stderr)
        return 1
    if pdf and not print_book():
        print("The book was not printed, see above.", file=sys.stderr)
        return 1
    remove_outdated_pdf()
    page = os.path.relpath(OUTPUT / "html" / "index.html")
    print(f"The book is in {page} ({time.monotonic() - started:.0f} s)")
    if pdf:
        print(f"Printed, it is in {os.path.relpath(PDF)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
