"""In the page: changes the notebook's kernel, so that no output freezes the page, and errors say what to do.

JupyterLite's kernel sends whatever is printed to the page at once, without an end. The page's own thread draws it, and
while it draws, no button answers, "Stop Python" neither. And what a browser lacks (other programs, packages, a way to
exit) it refuses with words that are no help.

    output      how much of a cell's output is shown, and how fast it comes
    hints       what to do about an error that only a page has
    startup     what IPython runs when it starts: this package's `install`

It imports nothing of the grader, and nothing of it is used when a notebook is graded.
"""

from __future__ import annotations


def install() -> None:
    """Changes the kernel that is starting, before its first cell. IPython's startup file calls it."""
    from IPython import get_ipython
    from pyodide_kernel.display import LiteStream

    from kernel_in_page import hints, output

    shell = get_ipython()
    output.install(shell, LiteStream)
    hints.install(shell)
