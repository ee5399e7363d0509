"""Lists everything notebook-like under some paths, by its name alone, so that a ledger can account for all of it.

It deliberately knows nothing of what `find` leaves out, recognizes or names: its purpose is to notice what `find`
loses.
"""

from __future__ import annotations

import os
import zipfile
from collections.abc import Collection, Iterable
from pathlib import Path

from autograder.submissions.names import is_handed_in


def notebook_like(paths: Iterable[Path]) -> list[Path]:
    """Returns every notebook and zip in folders, and every path itself that is one."""
    found: dict[Path, None] = {}
    for path in paths:
        if path.is_dir() and not path.is_symlink():
            for parent, _, names in os.walk(path):
                found |= dict.fromkeys(Path(parent, name) for name in sorted(names) if is_handed_in(name))
        elif is_handed_in(path.name):
            found[path] = None
    return list(found)


def entries(archive: Path) -> int:
    """Returns how many notebooks and zips a zip has among its entries, those of one name each."""
    with zipfile.ZipFile(archive) as packed:
        return sum(is_handed_in(entry.filename) for entry in packed.infolist())


def unaccounted(paths: Iterable[Path], downloads: Collection[Path], accounted: Collection[Path]) -> list[str]:
    """Returns what lies under the paths and is not accounted for: files, and for a download how many of its entries.

    Args:
        paths: folders, notebooks and zips.
        downloads: those of them that were taken for a whole class.
        accounted: files, entries as paths below their download, and folders with all their content.
    """
    known = {os.path.abspath(path) for path in accounted}
    missing = [str(path) for path in notebook_like(path for path in paths if path not in downloads)
               if not known & {os.path.abspath(one) for one in (path, *path.parents)}]
    for download in downloads:
        inside = sum(os.path.abspath(download) in map(str, Path(path).parents) and is_handed_in(path) for path in known)
        if (lost := entries(download) - inside) > 0:
            missing.append(f"{lost} of the notebooks and zips in {download}")
    return missing
