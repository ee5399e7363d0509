"""In the page: how much of a cell's output is shown, and how fast it comes.

Python runs in a thread of its own. All that it prints, it sends to the page's thread, which draws it. So an amount is
shown of each cell, and the messages come at a pace that leaves the page time to answer.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable
from typing import Any

CHARACTERS = 100_000
"""Characters shown of what a cell prints; a thousand lines and more. What a line overwrites does not count."""

DISPLAYS = 200
"""Figures and the like shown of a cell, since it has last cleared its output."""

BURST = 100
"""Messages that are sent at once."""

SECONDS = 0.05
"""Seconds between messages after that."""

TOGETHER = 8_000
"""Characters that wait to be sent together; whoever prints more has to wait."""

MORE = 'What it prints or shows from here on is left out. It goes on; "Stop Python" ends it.'


class Output:
    """What the cell that runs has sent to the page.

    Args:
        clock: seconds, from any beginning.
        sleep: waits so many seconds.
    """

    def __init__(
        self, clock: Callable[[], float] = time.monotonic, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._clock, self._sleep = clock, sleep
        self._next = clock() - BURST * SECONDS  # when the next message may go; each puts it off by SECONDS
        self._waiting: list[tuple[Callable[[str, str], None], str, str]] = []
        self._length = 0  # of the texts that wait
        self.begin()

    def begin(self) -> None:
        """Another cell begins, or this one clears its output: all of it may be shown again."""
        self._ended = self._line = self._displays = 0
        self.full = False

    def print(self, send: Callable[[str, str], None], name: str, text: str) -> None:
        """Sends a text, at once or with those that follow.

        Args:
            send: takes the stream's name and a text.
            name: of the stream, "stdout" or "stderr".
            text: as it was printed.
        """
        if self.full:
            return
        if len(text) > 2 * CHARACTERS:  # so long that nobody has to look what it overwrites
            text = text[: 2 * CHARACTERS]
        before = self._ended + self._line
        self._count(text)
        over = self._ended + self._line - CHARACTERS
        if over > 0:
            self.full = True
            text = text[: CHARACTERS - before] + f"\nThis cell has printed {CHARACTERS:,} characters. {MORE}\n"
        self._waiting.append((send, name, text))
        self._length += len(text)
        if self.full:
            self.flush()
            return
        if self._length >= TOGETHER:
            self._wait()
        self.flush_in_time()

    def flush(self) -> None:
        """Sends what waits to be sent, one message for each stream in turn."""
        waiting, self._waiting, self._length = self._waiting, [], 0
        for (send, name), texts in itertools.groupby(waiting, key=lambda one: one[:2]):
            send(name, "".join(text for _, _, text in texts))
            self._sent()

    def display(self, again: bool = False) -> bool:
        """Waits until a figure or the like may be sent, and says whether it is to be.

        Args:
            again: whether it takes the place of one that is shown.
        """
        if self.full:
            return False
        self._displays += not again
        if self._displays > DISPLAYS:
            self.full = True
            return False
        self.message()
        return True

    def message(self) -> None:
        """Waits until one more message may be sent, and sends before it what was printed before."""
        self.flush()
        self._wait()
        self._sent()

    def _count(self, text: str) -> None:
        """Adds up what is seen of a text: a carriage return and a backspace take something away."""
        first, *more = text.replace("\r\n", "\n").split("\n")
        self._write(first)
        for line in more:
            self._ended += self._line + 1
            self._line = 0
            self._write(line)

    def _write(self, line: str) -> None:
        if "\r" in line:
            self._line, line = 0, line.rpartition("\r")[2]
        self._line = max(0, self._line + len(line) - 2 * line.count("\b"))

    def flush_in_time(self) -> None:
        """Sends what waits to be sent, if a message may be sent now."""
        if self._next <= self._clock():
            self.flush()

    def _sent(self) -> None:
        self._next = max(self._next, self._clock() - BURST * SECONDS) + SECONDS

    def _wait(self) -> None:
        while self._next > self._clock():
            self._sleep(max(self._next - self._clock(), 0.001))


def install(shell: Any, stream: Any) -> None:
    """Has a kernel's streams and displays send what they have through one `Output`.

    Args:
        shell: the kernel's InteractiveShell.
        stream: the class of `sys.stdout` and `sys.stderr` there.
    """
    output = Output()

    def write(self: Any, text: str) -> int:
        if self.publish_stream_callback:
            output.print(self.publish_stream_callback, self.name, text)
        return len(text)

    stream.write = write
    stream.flush = lambda self: output.flush_in_time()
    shell.events.register("pre_run_cell", lambda info: output.begin())
    shell.events.register("post_run_cell", lambda result: output.flush())

    publish, clear = shell.display_pub.publish, shell.display_pub.clear_output

    def published(data: Any, *arguments: Any, update: bool = False, **keywords: Any) -> None:
        was_full = output.full
        if output.display(again=update):
            publish(data, *arguments, update=update, **keywords)
        elif not was_full:
            publish({"text/plain": f"This cell has shown {DISPLAYS} figures. {MORE}"})

    def cleared(wait: bool = False) -> None:
        output.message()
        output.begin()
        clear(wait)

    shell.display_pub.publish, shell.display_pub.clear_output = published, cleared
