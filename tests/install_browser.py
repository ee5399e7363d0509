"""Sees to it that the browser tests have a Chromium, or says what is missing and fails.

In this order: a Chromium that is already there; the system's package, where
this user may install one; Playwright's own build. Run by `make test`.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

from tests.browser import playwright_chromium, system_chromium


def run(command: list[str]) -> bool:
    """Whether `command` succeeded; its output is shown only when it did not."""
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if done.returncode:
        said = (done.stdout + done.stderr).splitlines()[-3:]
        print("  " + " ".join(command) + " failed:", *said, sep="\n    ")
    return done.returncode == 0


def install_system_package() -> bool:
    """Installs Debian's or Ubuntu's `chromium`, as root or with a sudo that asks for no password."""
    if not shutil.which("apt-get"):
        return False
    if os.geteuid() == 0:
        become_root = []
    elif shutil.which("sudo") and run(["sudo", "-n", "true"]):
        become_root = ["sudo", "-n"]
    else:
        return False
    print("Installing the system's chromium package for the browser tests ...", flush=True)
    apt = [*become_root, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq"]
    return run([*apt, "update"]) and run([*apt, "install", "--yes", "--no-install-recommends", "chromium"])


def install_playwrights_own() -> bool:
    print("Installing Playwright's own Chromium for the browser tests ...", flush=True)
    return run([sys.executable, "-m", "playwright", "install", "chromium"])


def main() -> int:
    if system_chromium() or playwright_chromium():
        return 0
    if install_system_package() and system_chromium():
        return 0
    if install_playwrights_own() and playwright_chromium():
        return 0
    print(
        "The browser tests need a Chromium, and none could be installed. Install one with your system's\n"
        "package manager (`apt install chromium`, `dnf install chromium`, `brew install chromium`) or with\n"
        "`.venv/bin/playwright install --with-deps chromium`, then run `make test` again.",
        file=sys.stderr,
    )
    return 1


if __name__ == "__main__":
    sys.exit(main())
