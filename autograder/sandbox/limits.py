"""Both sides: the levels of isolation, the limits of a submission, and the errors that are not its fault."""

from __future__ import annotations

from dataclasses import dataclass

ISOLATING = ("full", "no-namespaces")
"""The levels for strangers' code, from most to least isolation."""
LEVELS = (*ISOLATING, "none")
"""All levels. "none" is for code that one trusts, and only on request."""

READY_SECONDS = 120.0
"""Seconds that the program in a sandbox may take until it is ready: a fraction of one, but more on a busy machine."""


class SandboxError(Exception):
    """The sandbox itself failed; never the submission's fault."""


class Unavailable(Exception):
    """The level, or a layer of it, does not hold on this machine. The text says why, and how to fix it."""


@dataclass(frozen=True)
class Limits:
    """The limits of one submission.

    Attributes:
        memory_mb: address space of each of its processes, and memory of all of them together.
        processes: processes and threads at once.
        started: processes and threads in all. Each `predict` of Keras starts eight threads, so an honest notebook has
            hundreds.
        orphans: processes whose parent ended before them, in all; an honest notebook has none or a few.
        file_mb: the size of one file.
        scratch_mb: all files in its scratch folder together.
        scratch_files: the number of files and folders in it.
        output_bytes: bytes that it may print; the rest is dropped.
        cpu_seconds: processor time of each process.
    """

    memory_mb: int = 4096
    processes: int = 128
    started: int = 20_000
    orphans: int = 200
    file_mb: int = 64
    scratch_mb: int = 256
    scratch_files: int = 2000
    output_bytes: int = 1_000_000
    cpu_seconds: int = 3600
