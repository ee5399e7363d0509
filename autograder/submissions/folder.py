"""A folder on the command line: the names in it, and what was not searched in it, each with the reason.

Links are listed but never followed.
"""

from __future__ import annotations

import os
import shlex
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from pathlib import Path, PurePosixPath

from autograder.course import CourseError
from autograder.submissions.archive import NOISE
from autograder.submissions.bynames import by_folder
from autograder.submissions.download import MAX_METADATA
from autograder.submissions.names import clean_name, is_handed_in
from autograder.submissions.systems import Listing

SILENT = frozenset({".ipynb_checkpoints", "__pycache__", "__MACOSX", ".git", ".venv", ".ipython", ".jupyter"})
"""Folders in which nobody looks for work: they are left out without a remark."""

GRADEBOOK = "gradebook.sqlite"
"""The file that keeps the results of a class, in the folder that a grading writes into."""

MARKS = frozenset({GRADEBOOK, "report.html"})
"""Files that a grading leaves in the folder that it writes into, and that nobody hands in."""

WRITTEN = frozenset({"assignments", "feedback", "instructor-only", "results"})
"""The folders that a grading makes there."""

WRITTEN_BEFORE = "an earlier grading wrote it"

KEPT_BY_PROGRAM = "lies where a program or a system keeps its own files"


class Folder:
    """The names in a folder, and what was not searched.

    Args:
        root: the folder.
        own: the grader's own places, each with the reason why it is not searched; None for one that does not exist.

    Attributes:
        left_out: files and folders that are not searched, each with the reason.
        files: the names of all others, below `root`, with slashes.
        remarks: sentences for the instructor about it.
        empty: folders with nothing in them, not even noise; with a slash at the end.

    Raises:
        CourseError: a folder in it cannot be searched.
    """

    def __init__(self, root: Path, own: Mapping[Path | None, str]) -> None:
        self.root = root
        self.left_out: dict[Path, str] = {}
        ours = {path.resolve(): why for path, why in own.items() if path}
        called = {path.name for path in ours}
        self.files: list[str] = []
        self.remarks: list[str] = []
        self.empty: list[str] = []
        self._silent: list[str] = []
        passed: list[str] = []
        for parent, folders, names in os.walk(root, onerror=_refuse):
            here = Path(parent)
            is_output = MARKS.issubset(names)
            if not folders and not names and here != root:
                self.empty.append(f"{here.relative_to(root).as_posix()}/")
            for name in list(folders):
                path = here / name
                if path.is_symlink():
                    passed.append(f"{path} (a link to a folder)")
                    self.left_out[path] = "a link to a folder, which is not followed"
                elif why := ours.get(path.resolve()):
                    self.left_out[path] = why
                elif is_output and name in WRITTEN:
                    self.left_out[path] = WRITTEN_BEFORE
                elif name in NOISE or name.startswith("."):
                    self.left_out[path] = KEPT_BY_PROGRAM
                    if name in SILENT:
                        self._silent += [path.relative_to(root).as_posix()] if _has_work(path) else []
                    elif _has_work(path):
                        passed.append(str(path))
                else:
                    continue
                folders.remove(name)
            folders.sort()
            for name in sorted(names):
                if name in called and (reason := ours.get((here / name).resolve())):
                    self.left_out[here / name] = reason
                elif is_output and (not is_handed_in(name) or name.endswith("-feedback.zip")):
                    self.left_out[here / name] = WRITTEN_BEFORE
                elif not name.startswith("."):
                    self.files.append((here / name).relative_to(root).as_posix())
                elif is_handed_in(name):
                    passed.append(str(here / name))
                    self.left_out[here / name] = "its name begins with a dot, as those of hidden files do"
        if passed:
            self.remarks.append(
                f"Not searched, and what is in it not graded: {', '.join(map(clean_name, passed))}. If it is "
                "somebody's work, give it a name that does not begin with a dot, or put it itself where the link is."
            )

    def forgotten(self, learners: Collection[str], found: Iterable[str], exercises: Sequence[str]) -> list[str]:
        """Returns a sentence on each person who has only folders here that are left out or empty."""
        found = list(found)

        def is_all(folder: str) -> bool:
            inside = folder.rpartition("/")[0]
            own = by_folder(f"{folder}/x", exercises)
            return not (own and own.learner in learners) and not any(
                name.startswith(f"{inside}/" if inside else "") for name in found)

        kept = [clean_name(str(self.root / folder)) for folder in self._silent if is_all(folder)]
        empty = [clean_name(str(self.root / folder)) for folder in self.empty
                 if folder.rstrip("/") not in (name.rstrip("/") for name in found)
                 and (own := by_folder(f"{folder}x", exercises)) and own.learner not in learners]
        return [said for said, folders in (
            (f"Not graded: {', '.join(kept)}. A program keeps its copies there, and there is no other notebook beside. "
             "If one is somebody's work, copy it out of that folder, or ask for the notebook itself.", kept),
            (f"Empty folders: {', '.join(empty)}. If somebody's work should be there, download it again.", empty),
        ) if folders]

    def listing(self, inside: str = "") -> Listing:
        """Returns the names in it, or in a folder of it."""
        files = [name[len(inside) :] for name in self.files if name.startswith(inside)]

        title = PurePosixPath(inside).name or self.root.resolve().name
        handed_in = [name for name in files if is_handed_in(name)]
        return Listing(files, handed_in, reader(self.root / inside), clean_name(title))


def reader(folder: Path) -> Callable[[str], bytes]:
    """Returns a function that reads a system's own file in a folder."""
    def read(name: str) -> bytes:
        path = folder / name
        try:
            if path.is_symlink() or not path.is_file():
                raise CourseError(f"{path} is no plain file. Unpack the export again.")
            with path.open("rb") as file:
                return file.read(MAX_METADATA)
        except OSError as error:
            raise CourseError(f"{path} cannot be opened ({error.strerror}). Unpack the export again.") from None
    return read


def _has_work(folder: Path) -> bool:
    """Returns whether a notebook or zip lies in a folder that is not searched, among its first thousand files."""
    seen = 0
    for _, _, names in os.walk(folder):
        seen += len(names)
        if any(is_handed_in(name) and not name.startswith("._") for name in names):
            return True
        if seen > 1000:
            break
    return False


def _refuse(error: OSError) -> None:
    """Refuses a folder that cannot be searched: the work in it would be missing, and no message would say so."""
    raise CourseError(
        f"The folder {error.filename} cannot be searched ({error.strerror}). Make it readable for you, for "
        f"example with `chmod -R u+rX {shlex.quote(str(error.filename))}`, and run the same command again."
    ) from error
