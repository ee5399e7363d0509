"""The command `autograder`: reads the arguments, calls the modules that do the work, and reports the outcome.

A mistake of the person at the keyboard arrives as `CourseError`, or as the system's
error about a path, and leaves as one message and exit code 2; a Ctrl-C leaves as one
message and exit code 130. Neither leaves as a traceback.
"""

from __future__ import annotations

import errno
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from autograder.course import CourseError
from autograder.reports import targets

if TYPE_CHECKING:
    from autograder.grading.adjust import Adjusted
    from autograder.grading.batch import Outcome
    from autograder.grading.due import Rule
    from autograder.grading.gradebook import Gradebook
    from autograder.grading.results import SubmissionResult
    from autograder.reports.roster import Attendance


class Command(click.Group):
    """Shows a `CourseError`, a `BatchStopped`, a Ctrl-C, or a path that cannot be used as a message."""

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except click.NoSuchOption as error:
            takes = error.ctx is not None and any(isinstance(one, click.Argument) for one in error.ctx.command.params)
            if not takes or error.option_name.startswith("--"):
                raise
            raise click.UsageError(
                f"{error.format_message()} What begins with a dash and is no option, such as a name, stands at the "
                "end, behind --, as in `autograder adjust --reason WHY -- -name q1 2`.", error.ctx) from None
        except CourseError as error:
            click.echo(f"autograder: {error}", err=True)
            sys.exit(2)
        except KeyboardInterrupt:
            click.echo("autograder: stopped. Run the same command again to do all of it.", err=True)
            sys.exit(130)
        except OSError as error:
            if error.errno is None or error.errno == errno.EPIPE:  # not the disk; a pipe that closed is click's
                raise
            place = f" {error.filename}" if error.filename else ""
            click.echo(f"autograder: Cannot read or write{place}: {error.strerror}. Is the path right, is it yours "
                       "to use, and has the disk room? Then run the same command again.", err=True)
            sys.exit(2)
        except Exception as error:
            from autograder.grading.batch import BatchStopped  # not on top: it loads the grader

            if not isinstance(error, BatchStopped):
                raise
            click.echo(error, err=True)
            sys.exit(130)


@click.group(cls=Command, context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Build the course's exercises and grade what learners hand in."""


@main.command()
@click.argument("name")
def new(name: str) -> None:
    """Lay down the folder of a new exercise, NAME such as 10-your-own: a small one that works, to write over."""
    from autograder.authoring.new import new_exercise

    folder = new_exercise(name)
    click.echo(f"{folder}\nNext: `autograder build {name}`, then `autograder verify {name}`. solutions/README.md says "
               "how a master is written.")


@main.command()
@click.argument("exercises", nargs=-1)
def build(exercises: tuple[str, ...]) -> None:
    """Make exercises/ and build/ from the masters in solutions/ (all of them, or EXERCISES).

    A master that cannot be built is named, with file, line, cause and remedy; all others are built.
    """
    from autograder.authoring.build import BuildError, build_exercises

    try:
        build_exercises(list(exercises))
    except BuildError as error:
        click.echo(f"autograder: {error}", err=True)
        sys.exit(1)


@main.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--assignment", help="The exercise; read from each notebook when not given. Or, of any other course, the "
              "autograder.zip of `otter assign`, its folder dist, or a folder of Otter's test files.")
@click.option("--solution", type=click.Path(path_type=Path, exists=True, dir_okay=False), metavar="NOTEBOOK",
              help="Of another course's assignment the solved notebook, where it does not lie beside the zip as `otter "
              "assign` leaves it. It is graded first: what it fails here, nobody's answer is judged by.")
@click.option("--output", type=click.Path(path_type=Path), default=Path("grades"), show_default=True,
              help="Folder for grades.csv, questions.csv, points.csv, identity.csv, files.csv, gradebook.sqlite, "
              "grading.log, report.html, feedback/ and results/.")
@click.option("--jobs", type=click.IntRange(1), help="Submissions side by side; one per core when not given.")
@click.option("--scheduler", metavar="ADDRESS",
              help="Grade on the Dask cluster whose scheduler listens there, such as tcp://10.0.0.5:8786.")
@click.option("--timeout", type=click.FloatRange(min=0, min_open=True),
              help="Seconds a cell may take; a multiple of the reference solution's time when not given.")
@click.option("--memory", type=click.IntRange(512), default=4096, show_default=True,
              help="Megabytes a submission may use.")
@click.option("--no-sandbox", is_flag=True,
              help="Run the notebooks unconfined. Only for code you trust as your own.")
@click.option("--attempts", type=click.Choice(["latest", "best"]), default="latest", show_default=True,
              help="Which counts where a learner handed in more than once. All of them stay in the gradebook.")
@click.option("--roster", type=click.Path(path_type=Path, exists=True, dir_okay=False), metavar="CSV",
              help="The class list, with a column Name, Email, ID, Username or Learner: grades.csv and the class "
              "report then say who is missing, and who is not on it.")
@click.option("--due", type=click.Path(path_type=Path, exists=True, dir_okay=False), metavar="FILE",
              help="When exercises are due, and what being late takes. It counts until another is given.")
@click.option("--release-messages", is_flag=True,
              help="Show learners in full what their code said after a hidden check had run. It may quote what that "
              "check handed in.")
def grade(paths: tuple[Path, ...], assignment: str | None, solution: Path | None, output: Path, jobs: int | None,
          scheduler: str | None, timeout: float | None, memory: int, no_sandbox: bool,
          attempts: str, roster: Path | None, due: Path | None, release_messages: bool) -> None:
    """Grade folders of notebooks, notebooks, zips, and what a learning management system packs of a class."""
    from contextlib import nullcontext

    from autograder.grading.batch import grade_paths
    from autograder.grading.cluster import connect
    from autograder.reports import words
    from autograder.reports.identity_csv import read_decisions
    from autograder.reports.roster import people_of, read_roster

    notes: dict[str, object] = {"released": "yes"} if release_messages else {}
    rule, still = _due(due, output)
    if rule.due:
        notes["due"] = rule.to_json()
    people = people_of(read_roster(roster)) if roster else []  # reports its faults before anything is graded
    if roster:
        notes["roster"] = str(roster.resolve())
    decisions = read_decisions(output)
    if no_sandbox:
        click.echo(words.BEFORE_UNCONFINED, err=True)
    with connect(scheduler) if scheduler else nullcontext() as pool:
        outcome = grade_paths(list(paths), assignment=assignment, output=output, jobs=jobs, pool=pool,
                              timeout=timeout, memory_mb=memory, confined=not no_sandbox,
                              attempts=attempts, notes=notes, decisions=decisions, people=people,
                              solution=solution)
    if still:
        click.echo(still, err=True)
    attendance = _attendance(roster, outcome.counted, outcome.left)
    _write_all(outcome, output, attendance, released=release_messages)
    for remark in attendance.remarks() if attendance else ():
        click.echo(remark, err=True)
    if remark := words.unconfined_remark(outcome.counted):
        click.echo(remark, err=True)
    if not release_messages and (remark := words.withheld_remark(outcome.counted)):
        click.echo(remark, err=True)
    click.echo(f"Scores: {output / 'grades.csv'}\nClass report: {output / 'report.html'}", err=True)
    sys.exit(1 if outcome.grader_errors else 0)


def _write_all(outcome: Outcome, output: Path, attendance: Attendance | None = None, *, released: bool = False) -> None:
    """Writes the reports of a batch, identity.csv and files.csv into `output`, and says what identity.csv changed.

    Args:
        outcome: of the batch.
        output: the folder of its gradebook.
        attendance: who is missing, if there is a roster.
        released: as in `feedback_page`.
    """
    from autograder.course import address
    from autograder.reports.files_csv import write_ledger
    from autograder.reports.identity_csv import write_identity
    from autograder.reports.write import write_reports

    with _kept_although("All results are kept", "Then run the same command again; what is graded is not run again."):
        write_reports(outcome.counted, output, book=address(), attendance=attendance, released=released,
                      remarks=outcome.remarks, learners=outcome.learners)
        told = write_identity(output, outcome.results, outcome.counted, outcome.undecided, outcome.stored)
        write_ledger(output, outcome.ledger)
    for remark in told:
        click.echo(remark, err=True)


@contextmanager
def _kept_although(what: str, then: str) -> Iterator[None]:
    """Says of reports that cannot be written that the gradebook was changed all the same.

    Args:
        what: a sentence without its end on the change, such as `The scores are set and kept`.
        then: the sentence on how the reports are written after the fault is mended.

    Raises:
        CourseError: the file that cannot be written, with all that.
    """
    from autograder.reports.files import CannotWriteError

    try:
        yield
    except CannotWriteError as error:
        cause = error.cause
    except OSError as error:
        cause = f"Cannot write {error.filename or 'them'}: {error.strerror or error}."
    else:
        return
    raise CourseError(f"{what} in the gradebook; the reports are not written anew: {cause} {then}")


NEXT_WRITES = "The next `adjust`, `comment` or `grade` that can write them writes all of them."


def _due(path: Path | None, output: Path) -> tuple[Rule, str]:
    """Returns the due dates that are given, else those of the batch before, and a sentence that they still count."""
    from autograder.grading.due import Rule, read_rule
    from autograder.submissions.folder import GRADEBOOK

    if path:
        return read_rule(path), ""
    if not (output / GRADEBOOK).is_file():
        return Rule(), ""
    with _gradebook(output) as gradebook:
        rule = gradebook.rule()
    return rule, (f"The due dates of {rule.source}, given before, still count. A file without dates, given with --due, "
                  "takes them away.") if rule.due else ""


def _attendance(roster: Path | None, results: Sequence[SubmissionResult], left: Sequence[str]) -> Attendance | None:
    """Returns who is missing, if there is a roster."""
    from autograder.reports.roster import attendance, read_roster

    if roster is None:
        return None
    return attendance(read_roster(roster), results, left)


@main.command()
@click.argument("exercises", nargs=-1)
@click.option("--mutants", is_flag=True, help="Try all one-step changes of every solution instead, and list those that "
              "keep full points although nothing explains it.")
def verify(exercises: tuple[str, ...], mutants: bool) -> None:
    """Prove the tests of EXERCISES (all of them when none is named) on the corpora.

    The solution and every right answer earn full marks, the untouched notebook nothing, and every
    mistake is caught by the question it concerns, with a message that names the cause.
    """
    from rich.console import Console

    if mutants:
        from autograder.authoring.mutants.examine import verify_mutants

        sys.exit(0 if verify_mutants(exercises, Console()) else 1)
    from autograder.authoring.verify import verify as verify_exercises

    sys.exit(0 if verify_exercises(exercises, Console()) else 1)


@main.command()
@click.argument("exercises", nargs=-1)
@click.option("--seeds", type=click.IntRange(2), default=50, show_default=True,
              help="Runs of the solution and of the weakest style.")
@click.option("--jobs", type=click.IntRange(1), help="Runs side by side; one per core when not given.")
def calibrate(exercises: tuple[str, ...], seeds: int, jobs: int | None) -> None:
    """Measure how far every accuracy bar of EXERCISES lies below what right answers reach.

    Runs the solution and every accepted style with many seeds, keeps the results beside each master,
    and draws them. What is kept there is not run again, unless its code has changed.
    """
    from rich.console import Console

    from autograder.authoring.calibrate import calibrate as calibrate_exercises

    sys.exit(0 if calibrate_exercises(exercises, Console(), seeds, jobs) else 1)


@main.command()
@click.option("--learners", type=click.IntRange(1), help="How many; a small class with one of each kind when "
              "not given.")
@click.option("--assignment", "name", default="02-preprocessing", show_default=True, help="The exercise.")
@click.option("--output", type=click.Path(path_type=Path), default=Path("build/sample-class"),
              show_default=True, help="Folder for class/ and for what `grade` writes.")
def demo(learners: int | None, name: str, output: Path) -> None:
    """Hand in a sample class, made from the corpora, and grade it.

    There are hostile programs among the notebooks. They are run in the sandbox only.
    """
    from autograder.authoring.sample_class import sample_class, telling
    from autograder.course import assignment
    from autograder.grading.batch import grade_paths
    from autograder.reports.identity_csv import read_decisions
    from autograder.reports.text import file_names

    sample_class(assignment(name), output / "class", learners)
    outcome = grade_paths([output / "class"], assignment=name, output=output, decisions=read_decisions(output))
    _write_all(outcome, output)
    page = file_names(result.learner for result in outcome.counted)[telling(outcome.counted).learner]
    click.echo(f"  the class report    {output.resolve() / 'report.html'}")
    click.echo(f"  a learner's page    {output.resolve() / 'feedback' / page}.html")
    sys.exit(1 if outcome.grader_errors else 0)


@main.command()
@click.argument("learner", required=False)
@click.argument("question", required=False)
@click.argument("score", required=False)
@click.option("--reason", default="", help="Why; the learner's page and the class report show it.")
@click.option("--undo", is_flag=True, help="Take an adjustment back: what the checks give counts again.")
@click.option("--from", "table", metavar="TABLE", type=click.Path(path_type=Path, exists=True, dir_okay=False),
              help="Do what a CSV file says: columns learner, question, score and reason, or comment.")
@click.option("--output", type=click.Path(path_type=Path), default=Path("grades"), show_default=True,
              help="The folder that `grade` wrote into.")
@click.option("--assignment", help="The exercise; needed where the learner has this question in several.")
def adjust(learner: str | None, question: str | None, score: str | None, reason: str, undo: bool,
           table: Path | None, output: Path, assignment: str | None) -> None:
    """Set the SCORE of a QUESTION of one LEARNER by hand, with a reason; or many of them, as a table says.

    LEARNER is a name as in grades.csv, QUESTION a name such as q2_1, or 2.1. The score counts instead of what the
    checks give, also when the submission is graded again or another one is handed in, until --undo.
    grades.csv, the learner's page and the class report are written anew and say so. Of a table all is done,
    or nothing: each line that cannot be followed is named.
    """
    from autograder.grading import adjust as by_hand
    from autograder.reports.byhand import read_score, read_wishes

    if table and (learner or undo or reason):
        raise CourseError("--from takes everything from the table: leave LEARNER, QUESTION, SCORE, --reason and --undo "
                          "out.")
    if not table and not (learner and question):
        raise CourseError("Give a LEARNER, a QUESTION, a SCORE and a --reason, or --from a table.")
    if not table and (undo == (score is not None) or (undo and reason)):
        raise CourseError("Give a SCORE and a --reason, or --undo and neither of them.")
    wishes, empty = read_wishes(table) if table else ([], 0)
    points = None if score is None else read_score(score)
    with _gradebook(output) as gradebook:
        _tell_stopped(gradebook, output)
        _take_decisions(gradebook, output)
        if table:
            wishes = [wish if wish.assignment else replace(wish, assignment=assignment) for wish in wishes]
            done, kind = by_hand.follow(gradebook, wishes, str(table)), "adjusted"
        else:
            who, what = _as_in_tables(gradebook, str(learner), str(question))
            if points is None:
                done, kind = [by_hand.undo(gradebook, who, what, assignment)], "undone"
            else:
                done, kind = [by_hand.adjust(gradebook, who, what, points, reason, assignment)], "adjusted"
        scores = [one for one in done if one.why or kind == "undone"]
        for one in scores:
            click.echo(one.told, err=True)
        _said_by_hand(gradebook, output, kind, done)
    if table:
        comments = sum(bool(one.comment) for one in done)
        click.echo(f"{table}: {_many(len(scores), 'score')} set, {_many(comments, 'comment')} kept"
                   + (f"; {_many(empty, 'line')} with neither left alone." if empty else "."), err=True)


@main.command()
@click.argument("learner")
@click.argument("question", required=False)
@click.argument("text", required=False)
@click.option("--undo", is_flag=True, help="Take the comment back.")
@click.option("--output", type=click.Path(path_type=Path), default=Path("grades"), show_default=True,
              help="The folder that `grade` wrote into.")
@click.option("--assignment", help="The exercise; needed where the learner has handed in several.")
def comment(learner: str, question: str | None, text: str | None, undo: bool, output: Path,
            assignment: str | None) -> None:
    """Write TEXT onto the page of one LEARNER, to a QUESTION or, without one, to the whole. No score changes.

    LEARNER is a name as in grades.csv, QUESTION a name such as q2_1. A comment replaces the one before it, and
    stays when the submission is graded again or another one is handed in, until --undo.
    """
    from autograder.grading import adjust as by_hand

    if not undo and text is None:
        question, text = None, question
    if undo == (text is not None):
        raise CourseError("Give a TEXT in quotation marks, or --undo and no text.")
    with _gradebook(output) as gradebook:
        _tell_stopped(gradebook, output)
        _take_decisions(gradebook, output)
        who, what = _as_in_tables(gradebook, learner, question or "")
        if text is None:
            done, kind = by_hand.uncomment(gradebook, who, what, assignment), "undone"
        else:
            done, kind = by_hand.comment(gradebook, who, what, text, assignment), "commented"
        _said_by_hand(gradebook, output, kind, [done])
    click.echo(f"{done.learner}, {done.assignment}, {done.question or 'the whole'}: the comment is "
               f"{'taken back' if undo else 'on the page'}.", err=True)


def _as_in_tables(gradebook: Gradebook, learner: str, question: str) -> tuple[str, str]:
    """Returns the names of a learner and a question.

    They may have been typed as tables have them: marked as text in a cell.
    """
    from autograder.reports import text

    results = gradebook.results()
    known = ({result.learner for result in results},
             {question.name for result in results for question in result.questions})
    who, what = (typed if typed in there or text.bare(typed) not in there else text.bare(typed)
                 for typed, there in zip((learner, question), known, strict=True))
    return who, what


def _many(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"


def _said_by_hand(gradebook: Gradebook, output: Path, kind: str, done: Sequence[Adjusted]) -> None:
    """Keeps in the log what was set by hand, says whose work is still to be checked, and writes the reports again."""
    from autograder.grading.log import FILE, BatchLog
    from autograder.grading.text import listed

    with BatchLog(output / FILE, lambda text: click.echo(text, err=True)) as log:
        for one in done:
            log.by_hand(kind, one)
    counting, about = gradebook.counting(), {(one.learner, one.assignment) for one in done}
    if open_ := list(dict.fromkeys(result.learner for result in counting.everything if result.identity.doubts
                                   and (result.learner, result.assignment) in about)):
        click.echo(f"It is not certain yet whose this is, and exports leave it out: {listed(open_)}. Confirm it in "
                   f"{output / 'identity.csv'}.", err=True)
    shown = {(result.learner, result.assignment) for result in counting.batch}
    if about & shown:
        what = ("It is taken back" if kind == "undone" else "The scores are set and kept"
                if any(one.why for one in done) else "The comments are kept")
        with _kept_although(what, NEXT_WRITES):
            _write_again(gradebook, output)
    elsewhere = sorted({one.assignment for one in done if (one.learner, one.assignment) not in shown})
    if elsewhere:
        click.echo(f"The reports in {output} are of another batch. Grade the submissions of {', '.join(elsewhere)} "
                   "again to write them with this; what is unchanged is not run again.", err=True)


@main.command()
@click.option("--output", type=click.Path(path_type=Path), default=Path("grades"), show_default=True,
              help="The folder that `grade` wrote into.")
@click.option("--delete", is_flag=True, help="Remove the pages, and the code in them.")
def desk(output: Path, delete: bool) -> None:
    """Write pages for you alone: of each submission the code, beside each question and what came of it.

    They go into the folder instructor-only in --output, to which the class report then links, and which is never
    handed back. Other commands keep it up to date from then on.
    """
    from autograder.grading.text import listed
    from autograder.reports import desk as pages
    from autograder.submissions.folder import GRADEBOOK

    if delete:
        count, left = pages.remove(output)
        click.echo(f"{_many(count, 'page')} with learners' code {'is' if count == 1 else 'are'} removed from "
                   f"{output / pages.FOLDER}.", err=True)
        if left:
            click.echo(f"Not made by this command, and left alone: {listed([*map(str, left)])}.", err=True)
        if (output / GRADEBOOK).is_file():
            with _gradebook(output) as gradebook:
                _write_again(gradebook, output)
        return
    with _gradebook(output) as gradebook:
        _tell_stopped(gradebook, output)
        _take_decisions(gradebook, output)
        if not gradebook.counting().batch:
            raise CourseError(f"There is no submission in {output}, so there are no pages to write. Grade a class into "
                              "it first.")
        pages.begin(output)
        unknown = _write_again(gradebook, output)
    if unknown:
        click.echo(f"Of {unknown} the code is not there; their pages say why.", err=True)
    click.echo(f"{output / 'report.html'} leads to the pages in {output / pages.FOLDER}. They are for you alone; "
               f"`autograder desk --delete --output {output}` removes them.", err=True)


def _roster(gradebook: Gradebook) -> Path | None:
    """Returns the class list of the newest batch, if there is one and it is still where it was."""
    roster = gradebook.options().get("roster")
    if roster and not Path(roster).is_file():
        click.echo(f"The roster {roster} is gone; the reports no longer say who is missing.", err=True)
        return None
    return Path(roster) if roster else None


def _write_again(gradebook: Gradebook, output: Path, roster: Path | None = None) -> int:
    """Writes the reports of the newest batch again, with the class list that it had; returns as `write_reports`."""
    from autograder.course import address
    from autograder.reports.write import write_reports

    results = gradebook.counting().batch
    options = gradebook.options()
    absent = _attendance(roster or _roster(gradebook), results, list(options.get("left", ())))
    return write_reports(results, output, book=address(), attendance=absent,
                         released=bool(options.get("released")), remarks=options.get("remarks", ()),
                         learners={result.learner for result in gradebook.stored()})


def _take_decisions(gradebook: Gradebook, output: Path, roster: Path | None = None) -> None:
    """Applies the present lines of identity.csv to the gradebook and to the reports.

    Args:
        roster: the class list; that of the newest batch when not given.
    """
    from autograder.grading.decisions import apply_decisions
    from autograder.reports.identity_csv import FILE, read_decisions
    from autograder.reports.roster import people_of, read_roster

    decisions = read_decisions(output)
    is_there = (output / FILE).is_file()
    if not is_there and any(result.identity.doubts for result in gradebook.counting().everything):
        _write_identity(gradebook, output)
        click.echo(f"There was no {output / FILE}; it is written from the gradebook.", err=True)
    if not decisions and not roster and not is_there:
        return
    roster = roster or _roster(gradebook)
    told = apply_decisions(gradebook, decisions, people_of(read_roster(roster)) if roster else [])
    if told is None:
        return
    for remark in told:
        click.echo(remark, err=True)
    with _kept_although("What identity.csv, or the class list, says is kept", NEXT_WRITES):
        if (output / FILE).is_file():
            _write_identity(gradebook, output)
        _write_again(gradebook, output, roster)
    click.echo(f"The reports in {output} are written anew: identity.csv, or the class list, says more than before.",
               err=True)


def _write_identity(gradebook: Gradebook, output: Path) -> None:
    """Writes identity.csv again, from the gradebook and from what the instructor wrote into it."""
    from autograder.reports.identity_csv import write_identity

    results, counting = gradebook.results(newest_batch=True), gradebook.counting()
    others = [*gradebook.undecided(), *(result for result in counting.others if result not in results)]
    for remark in write_identity(output, results, counting.batch, others, gradebook.results()):
        click.echo(remark, err=True)


def _tell_stopped(gradebook: Gradebook, output: Path) -> None:
    """Reports that a gradebook mixes two gradings, if the last was stopped before its end."""
    if count := gradebook.stopped():
        click.echo(f"The last grading into {output} was stopped before its end: {count} results are of it, all others "
                   "of gradings before. Run its command again to go on.", err=True)


def _gradebook(output: Path) -> Gradebook:
    """Opens the gradebook that `grade` left in the folder; never begins one."""
    from autograder.grading.gradebook import Gradebook
    from autograder.submissions.folder import GRADEBOOK

    path = output / GRADEBOOK
    if not path.is_file():
        raise CourseError(f"There is no gradebook in {output}. Name the folder of `grade` with --output.")
    return Gradebook(path)


@main.command()
@click.argument("target", type=click.Choice(targets.EXPORTS))
@click.option("--output", type=click.Path(path_type=Path), default=Path("grades"), show_default=True,
              help="The folder that `grade` wrote into.")
@click.option("--template", type=click.Path(path_type=Path, exists=True, dir_okay=False),
              help="The CSV file that the system exported: learners and columns are found in it.")
@click.option("--assignment", help="The exercise; needed where there are several.")
@click.option("--column", help="The template's column for the grade, or the name of a new one; found by the "
              "exercise's name or title when not given.")
@click.option("--scale", is_flag=True, help="Convert scores where the template of Canvas, or "
              "Moodle's grading worksheet, counts other points.")
@click.option("--columns", help="What columns of the template hold, where its language is not known, such as "
              "\"email=E-Mail,grade=Note,maximum=Bestnote\".")
@click.option("--roster", type=click.Path(path_type=Path, exists=True, dir_okay=False), metavar="CSV",
              help="The class list: name, id and email in `export csv` are from it. That of the last grading when not "
              "given.")
@click.option("--to", "path", type=click.Path(path_type=Path),
              help="The file to write; TARGET.csv in the folder when not given. It replaces an earlier export alone.")
def export(target: str, output: Path, template: Path | None, assignment: str | None, column: str | None,
           scale: bool, columns: str | None, roster: Path | None, path: Path | None) -> None:
    """Write the gradebook's scores as a file that TARGET takes back."""
    from autograder.reports.lms import export as export_grades
    from autograder.reports.roster import read_roster

    if roster:
        read_roster(roster)  # reports its faults first
    with _gradebook(output) as gradebook:
        _tell_stopped(gradebook, output)
        _take_decisions(gradebook, output, roster)
        counting = gradebook.counting()
    results = counting.everything
    if counting.left_out:
        click.echo(f"{_many(counting.left_out, 'attempt')} that {'does' if counting.left_out == 1 else 'do'} not count "
                   f"{'is' if counting.left_out == 1 else 'are'} left out.", err=True)
    done = export_grades(target, results, path or output / f"{target}.csv", template=template,
                         assignment=assignment, column=column, scale=scale, columns=_named_columns(columns or ""),
                         account=output)
    for remark in done.remarks():
        click.echo(remark, err=True)
    click.echo(f"{_many(len(done.written), 'learner')}: {done.path}", err=True)


def _named_columns(said: str) -> dict[str, str]:
    """Returns the value of `--columns`: content -> title."""
    pairs = [part.partition("=") for part in said.split(",") if part.strip()]
    wrong = next(("".join(pair) for pair in pairs if not all(pair)), None)
    if wrong is not None:
        raise CourseError(f"--columns: {wrong!r} is not of the form email=TITLE.")
    return {what.strip(): title.strip() for what, _, title in pairs}


@main.command()
@click.argument("system", type=click.Choice(targets.FEEDBACK))
@click.option("--output", type=click.Path(path_type=Path), default=Path("grades"), show_default=True,
              help="The folder that `grade` wrote into.")
@click.option("--assignment", help="The exercise; needed where there are several.")
@click.option("--to", "path", type=click.Path(path_type=Path),
              help="The zip to write; SYSTEM-feedback.zip in the folder when not given. It replaces an earlier one "
              "alone.")
@click.option("--release-messages", is_flag=True,
              help="Show learners in full what their code said after a hidden check had run. It may quote what that "
              "check handed in.")
def feedback(system: str, output: Path, assignment: str | None, path: Path | None,
             release_messages: bool) -> None:
    """Pack the learners' pages into one zip that SYSTEM gives back to them.

    For a class that was graded from the system's own download: its numbers say whose a page is.
    """
    from autograder.course import address
    from autograder.reports.handback import handback

    with _gradebook(output) as gradebook:
        _tell_stopped(gradebook, output)
        _take_decisions(gradebook, output)
        results = gradebook.counting().batch
        released = release_messages or bool(gradebook.options().get("released"))
    done = handback(system, results, path or output / f"{system}-feedback.zip", assignment=assignment,
                    book=address(), released=released, account=output)
    for remark in done.remarks():
        click.echo(remark, err=True)
    click.echo(f"{_many(len(done.written), 'page')}: {done.path}", err=True)


@main.command()
@click.argument("exercises", nargs=-1)
@click.option("--output", type=click.Path(path_type=Path, file_okay=False), default=Path("build/release"),
              show_default=True, help="Folder for the learners' repository and the zips.")
@click.option("--address", help="Where the book will be read, such as https://OWNER.github.io/REPOSITORY/; the "
              "one in pyproject.toml when not given.")
def release(exercises: tuple[str, ...], output: Path, address: str | None) -> None:
    """Make what learners get of EXERCISES (all of them), proven free of solutions and hidden tests.

    Those that an earlier release in --output holds stay in it, so that you can hand out one after the other; what
    is different from it is said. When none is named, an exercise that cannot be built is left out, and said to be.
    """
    from autograder.authoring.release import release as make_release

    click.echo(make_release(output, address, exercises))


@main.command()
@click.option("--serve", "serving", is_flag=True, help="Serve it to this machine afterward, until Ctrl-C.")
@click.option("--port", type=click.IntRange(0, 65535), default=8000, show_default=True, help="Where to serve it.")
def page(serving: bool, port: int) -> None:
    """Build the site in which the exercises run in a web page, with nothing installed.

    What it is made of is fetched once, about 130 MB, and kept below ~/.cache.
    """
    from autograder.authoring.release import with_links_to_the_page
    from autograder.course import BUILD, exercise_names
    from autograder.page import obtain, serve, site

    folder = site.build(obtain.obtain(obtain.cache()))
    click.echo(folder)
    if serving:
        book = BUILD / "book" / "html"
        if (book / "index.html").is_file():
            names = exercise_names()
            server = serve.with_book(folder, book, lambda text, up: with_links_to_the_page(text, up, names), port)
            click.echo(f"http://{serve.HOST}:{server.server_port}/ has the book, and /page/tree/ there the exercises. "
                       "Ctrl-C ends it.")  # fmt: skip
        else:
            server = serve.server(folder, port)
            click.echo(f"http://{serve.HOST}:{server.server_port}/tree/ has the exercises. Ctrl-C ends it. Their links "
                       "to chapters need the book, which `make book` builds.")  # fmt: skip
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            click.echo()


@main.command()
def doctor() -> None:
    """Show what is installed, which isolation layers hold, and how fast this machine is."""
    from autograder.probes.doctor import report

    sys.exit(report())
