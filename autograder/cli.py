"""The command `autograder`: arguments in, calls out. No work is done here.

A mistake of the person at the keyboard arrives as `CourseError` and leaves as
one message and exit code 2, never as a traceback.
"""

from __future__ import annotations

import sys
from pathlib import Path

import click

from autograder.course import CourseError


class Command(click.Group):
    """Shows a `CourseError` from any command as a message."""

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except CourseError as error:
            click.echo(f"autograder: {error}", err=True)
            sys.exit(2)


@click.group(cls=Command, context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Build the course's exercises and grade what learners hand in."""


@main.command()
@click.argument("exercises", nargs=-1)
def build(exercises: tuple[str, ...]) -> None:
    """Make exercises/ and build/ from the masters in solutions/ (all of them, or EXERCISES)."""
    from autograder.authoring.build import build_exercises

    build_exercises(list(exercises))


@main.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--assignment", help="The exercise; read from each notebook when not given.")
@click.option("--output", type=click.Path(path_type=Path), default=Path("grades"), show_default=True,
              help="Folder for grades.csv, gradebook.sqlite, report.html, feedback/ and results/.")
@click.option("--jobs", type=click.IntRange(1), help="Submissions side by side; one per core when not given.")
@click.option("--timeout", type=click.FloatRange(min=0, min_open=True),
              help="Seconds a cell may take; a multiple of the reference solution's time when not given.")
@click.option("--memory", type=click.IntRange(512), default=4096, show_default=True,
              help="Megabytes a submission may use.")
@click.option("--no-sandbox", is_flag=True,
              help="Run the notebooks unconfined. Only for code you trust as your own.")
def grade(paths: tuple[Path, ...], assignment: str | None, output: Path, jobs: int | None,
          timeout: float | None, memory: int, no_sandbox: bool) -> None:
    """Grade folders of notebooks, notebooks and zips."""
    from autograder.grading.batch import grade_paths
    from autograder.reports.write import write_reports

    outcome = grade_paths(list(paths), assignment=assignment, output=output, jobs=jobs,
                          timeout=timeout, memory_mb=memory, confined=not no_sandbox)
    write_reports(outcome.results, output)
    sys.exit(1 if outcome.grader_errors else 0)


@main.command()
def doctor() -> None:
    """Show what is installed, which isolation layers hold, and how fast this machine is."""
    from autograder.sandbox.doctor import report

    sys.exit(report())
