"""Names a file that was handed in instead of a notebook, and says what to do about it.

It recognizes a file by its first bytes and by the ending of its name. Nothing here runs or unpacks
anything.
"""

from __future__ import annotations

import json
import re

SAVE = "Open the notebook in Jupyter or Colab, choose File, Download (.ipynb), and hand in that file."

TELLING = {
    ".py": "This is a Python script, not a notebook.",
    ".html": "This is a web page, not a notebook.",
    ".htm": "This is a web page, not a notebook.",
    ".mhtml": "This is a saved web page, not a notebook.",
    ".pdf": "This is a PDF, not a notebook.",
    ".webloc": "This is a link to a web page, not a notebook.",
    ".url": "This is a link to a web page, not a notebook.",
    ".desktop": "This is a link, not a notebook.",
    ".lnk": "This is a Windows shortcut, not the file it leads to.",
    ".gdoc": "This is a link into Google Drive, not a notebook.",
    ".gcolab": "This is a link into Google Drive, not a notebook.",
    ".json": "This is no notebook: its name does not end in .ipynb.",
    ".md": "This is a text, not a notebook.",
    ".txt": "This is a text, not a notebook.",
    ".docx": "This is a Word document, not a notebook.",
    ".rar": "This is a RAR archive; only zips are read.",
    ".7z": "This is a 7-Zip archive; only zips are read.",
    ".gz": "This is a gzip archive; only zips are read.",
    ".tar": "This is a tar archive; only zips are read.",
    ".crdownload": "This is a download that was broken off.",
    ".part": "This is a download that was broken off.",
}
"""Ending of a name -> kind of file, the nearest to a notebook first."""

BEGINNINGS = (
    (b"%PDF-", "This is a PDF"),
    (b"PK\x03\x04", "This is a zip, or a document packed like one"),
    (b"Rar!", "This is a RAR archive"),
    (b"7z\xbc\xaf\x27\x1c", "This is a 7-Zip archive"),
    (b"\x1f\x8b", "This is a gzip archive"),
    (b"\x89PNG", "This is a picture"),
    (b"\xff\xd8\xff", "This is a picture"),
    (b"bplist00", "This is a macOS link to a web page"),
    (b"[InternetShortcut]", "This is a link to a web page"),
    (b"version https://git-lfs", "This is Git LFS' pointer to a file, not the file"),
)
"""First bytes -> kind of a file that is called a notebook but is none."""

CONFLICT = re.compile(rb"^<<<<<<< .*?^=======\r?$.*?^>>>>>>> ", re.MULTILINE | re.DOTALL)
FEW = 64 * 1024  # strings by which a page or a link can be recognized


def by_ending(suffix: str) -> str:
    """Names a file by the ending of its name, with the remedy; empty for a notebook, a zip and unknown endings."""
    told = TELLING.get(suffix.lower())
    return f"{told} {SAVE}" if told else ""


def packed_otherwise(data: bytes) -> str:
    """Names a file that is called a zip, with the remedy; empty if it may be a zip, or is of no known kind."""
    for beginning, what in BEGINNINGS:
        if data.startswith(beginning) and not beginning.startswith(b"PK"):
            return f"{what}, although its name ends like a zip's. {SAVE}"
    return ""


def by_content(data: bytes) -> str:
    """Names a file that is called a notebook, with the remedy; empty if it may be a notebook.

    Args:
        data: its bytes.
    """
    start = data[:FEW].removeprefix(b"\xef\xbb\xbf").lstrip()
    if not start:
        return "The file is empty: nothing was saved or uploaded. " + SAVE
    for beginning, what in BEGINNINGS:
        if start.startswith(beginning):
            return f"{what}, although its name ends like a notebook's. {SAVE}"
    if re.match(rb"<(?:!doctype|html|head|\?xml|plist)", start, re.IGNORECASE):
        return f"This is a saved web page, not the notebook that it shows. {SAVE}"
    if len(data) < FEW and (link := _link(start)):
        return f"This is a link to {link}, not the notebook. {SAVE}"
    if not start.startswith((b"{", b"<<<<<<<")) and re.match(rb"(?:#|import |from |https?://)", start):
        what = "a link to a web page" if start.startswith(b"http") else "a Python script"
        return f"This is {what}, although its name ends like a notebook's. {SAVE}"
    # Only a file that cannot be read is searched: a notebook may show such lines.
    if b"\n<<<<<<< " in data[: 1 << 25] or start.startswith(b"<<<<<<< "):
        try:
            json.loads(data)
        except (ValueError, RecursionError):
            if CONFLICT.search(data[: 1 << 25]):
                return ("The notebook has merge conflicts of Git in it (lines that begin with <<<<<<<). Choose one of "
                        "the two versions, open it in Jupyter, save it, and hand it in again.")
    return ""


def _link(start: bytes) -> str:
    """Returns the address in a small JSON file that Drive or Colab stores instead of a notebook; empty for others."""
    try:
        document = json.loads(start)
    except (ValueError, RecursionError):
        return ""
    is_link = isinstance(document, dict) and document.keys() & {"doc_id", "resource_id", "url"}
    return "Google Drive or Colab" if is_link and not document.keys() & {"cells", "nbformat"} else ""
