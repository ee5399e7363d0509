"""The page in a Firefox: an exercise is run from top to bottom, an endless cell ended, and work is there the next time.

Playwright drives no Firefox but its own, so this one is spoken to by WebDriver BiDi, which Firefox has built in.
"""

from __future__ import annotations

import itertools
import json
import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import websocket

from autograder.course import assignment
from tests.page.visit import LIMIT

pytestmark = [pytest.mark.browser, pytest.mark.verify]

EXERCISE = "02-preprocessing"
PANEL = "window.jupyterapp && jupyterapp.shell.currentWidget"
IDLE = f"{PANEL}.sessionContext?.session?.kernel?.status === 'idle'"


class Firefox:
    """One Firefox without a window, with a profile of its own."""

    def __init__(self, profile: Path) -> None:
        program = shutil.which("firefox-esr") or shutil.which("firefox")
        assert program, "there is no Firefox: `apt install firefox-esr`"
        self.process = subprocess.Popen(
            [program, "--headless", "--remote-debugging-port", "0", "--profile", str(profile), "--no-remote"],
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
            env={"HOME": str(profile), "PATH": "/usr/bin:/bin"})  # fmt: skip
        assert self.process.stderr is not None
        address = next(found[1] for line in self.process.stderr
                       if (found := re.search(r"WebDriver BiDi listening on (ws://\S+)", line)))  # fmt: skip
        self.numbers = itertools.count()
        self.socket = websocket.create_connection(f"{address}/session", timeout=LIMIT, suppress_origin=True)
        self.command("session.new", capabilities={})
        self.context = self.command("browsingContext.getTree")["contexts"][0]["context"]

    def command(self, method: str, **params: Any) -> Any:
        number = next(self.numbers)
        self.socket.send(json.dumps({"id": number, "method": method, "params": params}))
        while True:
            answer = json.loads(self.socket.recv())
            if answer.get("id") == number:
                assert answer["type"] == "success", answer
                return answer["result"]

    def open(self, address: str) -> None:
        self.command("browsingContext.navigate", context=self.context, url=address, wait="complete")

    def ask(self, expression: str) -> Any:
        """The JSON value of an expression in the page; of a promise, what it comes to."""
        result = self.command("script.evaluate", expression=f"(async () => JSON.stringify(await ({expression})))()",
                              target={"context": self.context}, awaitPromise=True)  # fmt: skip
        assert result["type"] == "success", result
        return json.loads(result["result"].get("value", "null"))

    def wait(self, expression: str) -> None:
        until = time.monotonic() + LIMIT
        while not self.ask(f"!!({expression})"):
            assert time.monotonic() < until, expression
            time.sleep(0.5)

    def close(self) -> None:
        self.socket.close()
        self.process.terminate()
        self.process.wait(30)


@pytest.fixture
def firefox(tmp_path: Path) -> Iterator[Firefox]:
    profile = tmp_path / "profile"
    profile.mkdir()
    made = Firefox(profile)
    yield made
    made.close()


def shown(firefox: Firefox) -> str:
    return str(firefox.ask("[...document.querySelectorAll('.jp-OutputArea')].map(area => area.innerText).join('\\n')"))


def started(firefox: Firefox, address: str) -> None:
    firefox.open(f"{address}/notebooks/index.html?path={EXERCISE}.ipynb")
    firefox.wait("document.querySelector('#work')")
    firefox.wait(IDLE)


def test_a_solution_passes_in_firefox_an_endless_cell_ends_and_work_is_kept(firefox: Firefox, address: str) -> None:
    started(firefox, address)
    solution = json.loads(assignment(EXERCISE).solution.read_text(encoding="utf-8"))["cells"]
    answers = {cell["id"]: "".join(cell["source"]) for cell in solution if cell["id"].startswith("answer-")}
    firefox.ask(f"""(() => {{
        const answers = {json.dumps(answers)};
        for (const cell of {PANEL}.content.widgets)
            if (cell.model.id in answers) cell.model.sharedModel.setSource(answers[cell.model.id]);
    }})()""")
    firefox.ask("(() => { jupyterapp.commands.execute('notebook:run-all-cells'); })()")
    last = assignment(EXERCISE).questions[-1].name
    firefox.wait(f"document.body.innerText.includes('✔ {last} passed')")
    for question in assignment(EXERCISE).questions:
        assert f"✔ {question.name} passed" in shown(firefox)

    firefox.ask(f"""(() => {{
        const first = {PANEL}.content.widgets.find(cell => cell.model.type === 'code');
        first.model.sharedModel.setSource('while True: pass');
        jupyterapp.commands.execute('notebook:run-all-cells');
    }})()""")
    firefox.wait("document.querySelector('#work-says').textContent.includes('Python has been busy for')")
    firefox.ask("(() => { [...document.querySelectorAll('#work button')].at(-1).click(); })()")
    firefox.wait(IDLE)
    firefox.ask(f"{PANEL}.context.save()")
    started(firefox, address)
    kept = firefox.ask(f"{PANEL}.context.model.toJSON().cells.map(cell => [].concat(cell.source).join(''))")
    assert set(answers.values()) <= set(kept) and "while True: pass" in kept
