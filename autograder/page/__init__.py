"""The site in which the exercises run in a web page: JupyterLite, with Python in the browser (Pyodide). Built here.

    pins       the files of the site, and their hashes; reads `pins.toml`, `wheels.txt` and `tools.txt`
    obtain     gets those files, into a cache outside of the repository
    wheels     the list of packages that the page can load, and our own package for it
    site       lays the site out: JupyterLite, Pyodide, packages, exercises
    licenses   the licenses of everything that the site hands on
    serve      serves it, to this machine only

What runs in the page itself lies in `book/page/`, and is no part of this package. Nothing here reads a
submission, a solution or a hidden test: of the course, only `exercises/` and `book/page/` go into the site.
"""
