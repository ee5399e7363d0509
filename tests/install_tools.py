"""Sees to it that the programs which some tests drive are there, or says what is missing and fails.

    .venv/bin/python -m tests.install_tools chromium curl unzip npm firefox-esr

In this order: a program that is already there; the system's package, where this user may install one; for the browser
Playwright's own build. Run by `make test`, `make verify` and `make pdf`.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence

from book.chromium import playwright_chromium, system_chromium

BROWSER = "chromium"

OTHER_NAMES = {"firefox-esr": ("firefox",), "systemd-container": ("systemd-nspawn",)}
"""Of packages: the programs that tell that one is there, where these are not called like it."""


def run(command: list[str]) -> bool:
    """Whether `command` succeeded; its output is shown only when it did not."""
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if done.returncode:
        said = (done.stdout + done.stderr).splitlines()[-3:]
        print("  " + " ".join(command) + " failed:", *said, sep="\n    ")
    return done.returncode == 0


def is_there(program: str) -> bool:
    if program == BROWSER:
        return bool(system_chromium() or playwright_chromium())
    return any(map(shutil.which, (program, *OTHER_NAMES.get(program, ()))))


def install_system_packages(packages: Sequence[str]) -> None:
    """Installs packages of Debian or Ubuntu, as root or with a sudo that asks for no password; else does nothing."""
    if not shutil.which("apt-get"):
        return
    if os.geteuid() == 0:
        become_root = []
    elif shutil.which("sudo") and run(["sudo", "-n", "true"]):
        become_root = ["sudo", "-n"]
    else:
        return
    print(f"Installing the system's {', '.join(packages)} ...", flush=True)
    apt = [*become_root, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq"]
    if run([*apt, "update"]):
        for package in packages:  # one by one: where one does not exist, the others are installed all the same
            run([*apt, "install", "--yes", "--no-install-recommends", package])


def install_playwrights_own() -> None:
    print("Installing Playwright's own Chromium ...", flush=True)
    run([sys.executable, "-m", "playwright", "install", "chromium"])


def main(programs: Sequence[str]) -> int:
    missing = [program for program in programs if not is_there(program)]
    if missing:
        install_system_packages(missing)
        missing = [program for program in missing if not is_there(program)]
    if BROWSER in missing:
        install_playwrights_own()
        missing = [program for program in missing if not is_there(program)]
    if not missing:
        return 0
    names = " ".join(missing)
    print(
        f"Not found, and could not be installed: {', '.join(missing)}. Install with your system's package manager\n"
        f"(`apt install {names}`, `dnf install {names}`, `brew install {names}`), then run the command again.",
        file=sys.stderr,
    )
    if BROWSER in missing:
        print("A Chromium of its own is installed by `.venv/bin/playwright install --with-deps chromium`.",
              file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
