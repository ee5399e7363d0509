"""The pages in a browser: accessible, on a phone and on a desk, in light and dark, without the network."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from autograder.grading.results import SubmissionResult, Verdict
from autograder.reports import desk
from autograder.reports.write import write_reports
from tests.reports import hostile, made_up
from tests.reports.made_up import made_up_class

pytestmark = pytest.mark.browser

# Colors and sizes differ from view to view, the rest does not: all pages in one, four in the others.
VIEWS = [(360, "light", None), (360, "dark", 4), (1280, "light", 4), (1280, "dark", 4)]


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Every kind of page: a class, one learner for each verdict, several exercises, no sandbox, attacks."""
    folder = tmp_path_factory.mktemp("reports")
    results = made_up.handed_in(made_up_class(16), folder / "handed-in")
    desk.begin(folder / "class")
    write_reports(results, folder / "class")
    stopped = next(result for result in results if any(cell.error for cell in result.cells))
    chosen = [folder / "class" / "report.html", folder / "class" / "feedback" / f"{stopped.learner}.html"]
    for status in (Verdict.GRADED, Verdict.TIMEOUT, Verdict.UNREADABLE, Verdict.REVIEW):
        learner = next(result.learner for result in results if result.status is status)
        chosen.append(folder / "class" / "feedback" / f"{learner}.html")

    def other(result: SubmissionResult) -> SubmissionResult:
        return replace(result, assignment="03-other", sandbox="none", status=Verdict.ERROR)

    write_reports([*results[:4], *map(other, results[:4])], folder / "two")
    chosen.insert(2, folder / "two" / "report.html")
    chosen.insert(2, folder / "class" / desk.FOLDER / f"{stopped.learner}.html")
    chosen.append(folder / "two" / "feedback" / f"{results[0].learner}.html")

    painted = next(result for result in results if result.status is Verdict.GRADED)
    portraits = {"Ada": made_up.portrait(), "Ben": made_up.portrait(epochs=1, wrong=3, sure=False),
                 "Cem": made_up.portrait(epochs=200, wrong=500), "Dot": made_up.portrait(epochs=0, wrong=0)}
    write_reports([replace(painted, learner=name, portrait=one) for name, one in portraits.items()], folder / "models")
    chosen.insert(2, folder / "models" / "feedback" / "Ada.html")
    chosen += [folder / "models" / "feedback" / f"{name}.html" for name in ("Ben", "Cem", "Dot")]

    attackers = [hostile.attacked(name) for name in (hostile.HTML, hostile.ANSI, " ", "x" * 10_000)]
    write_reports(attackers, folder / "hostile")
    chosen += [
        folder / "hostile" / "report.html",
        next((folder / "hostile" / "feedback").glob("_script*.html")),
    ]
    return chosen


def opened(browser: Browser, width: int, scheme: str) -> Page:
    # The pages forbid all scripts but their own; axe is one, so the policy is lifted here and tested below.
    context = browser.new_context(
        viewport={"width": width, "height": 800},
        color_scheme=scheme,
        bypass_csp=True,  # type: ignore[arg-type]
    )
    return context.new_page()


@pytest.mark.parametrize(("width", "scheme", "most"), VIEWS)
def test_pages_are_accessible_and_fit(
    browser: Browser, pages: list[Path], width: int, scheme: str, most: int | None
) -> None:
    page = opened(browser, width, scheme)
    problems: list[str] = []
    page.on("request", lambda request: problems.append(request.url) if "file://" not in request.url else None)
    page.on("dialog", lambda dialog: (problems.append(f"dialog {dialog.message}"), dialog.dismiss()))
    page.on("pageerror", lambda error: problems.append(str(error)))
    for path in pages[:most]:
        page.goto(path.as_uri())
        page.evaluate("document.querySelectorAll('details').forEach(part => part.open = true)")
        found = Axe().run(page, options={"resultTypes": ["violations"]})
        assert not found.violations_count, f"{path.name}: {found.generate_report()}"
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, f"{path.name} is {wide} pixels too wide for {width}"
    assert not problems
    page.context.close()


@pytest.mark.parametrize("which", [0, 1, 2], ids=["report", "feedback", "desk"])
def test_a_page_runs_no_script_but_ours_and_loads_nothing(
    browser: Browser, pages: list[Path], tmp_path: Path, which: int
) -> None:
    """The second line of defense: were escaping ever to fail, the page itself would still refuse."""
    broken = tmp_path / "broken.html"
    source = pages[which].read_text(encoding="utf-8")
    attack = ("<script>document.title = 'ran'</script><img src=x onerror=\"document.title = 'ran'\">"
              "<style>body { display: none }</style><p style='position: fixed; inset: 0' id=over>over</p>")
    broken.write_text(re.sub(r"(<main[^>]*>)", rf"\1{attack}", source, count=1), encoding="utf-8")
    page = browser.new_page()
    requests: list[str] = []
    page.on("requestfinished", lambda request: requests.append(request.url))
    page.goto(broken.as_uri())
    page.wait_for_timeout(200)
    assert page.title() != "ran" and "Exercise" in page.title()
    assert page.locator("h1").is_visible()
    assert page.locator("#over").evaluate("one => getComputedStyle(one).position") == "static"
    assert requests == [broken.as_uri()]
    page.context.close()


def test_the_way_from_the_score_to_the_mistake(browser: Browser, pages: list[Path]) -> None:
    """On a phone: what to fix first is on the first screens, and its link leads to the details."""
    page = browser.new_page(viewport={"width": 360, "height": 740})
    page.goto(pages[1].as_uri())
    link = page.get_by_role("link", name="Go to the details")
    box = link.bounding_box()
    assert box is not None and box["y"] < 2 * 740
    link.click()
    target = page.locator(":target")
    assert target.count() == 1 and "Code cell" in target.inner_text()
    page.context.close()
