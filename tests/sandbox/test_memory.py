"""What counts as a sandbox's memory."""

from __future__ import annotations

import subprocess
import sys

from autograder.sandbox import memory

SPARSE = """
import mmap, sys
size = 16 << 30  # 0x4000 is MAP_NORESERVE
place = mmap.mmap(-1, size, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | 0x4000)
place.madvise(mmap.MADV_NOHUGEPAGE)
print("ready", flush=True)
sys.stdin.readline()
sum(place[at] for at in range(0, size, 2 << 20))
print("read", flush=True)
sys.stdin.readline()
"""
"""What was never written is read as one and the same page of zeros. But the kernel notes down where it is: a page of
page tables for each two megabytes, 32 MB here."""


def test_page_tables_count() -> None:
    with subprocess.Popen([sys.executable, "-c", SPARSE], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                          text=True, bufsize=1) as process:
        assert process.stdin is not None and process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        before = [memory.megabytes(process.pid, enough) for enough in (0, 1 << 20)]
        process.stdin.write("go\n")
        assert process.stdout.readline() == "read\n"
        after = [memory.megabytes(process.pid, enough) for enough in (0, 1 << 20)]
        process.stdin.write("end\n")
    assert all(30 < now - then < 60 for now, then in zip(after, before, strict=True)), (before, after)
