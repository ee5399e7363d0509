"""Makes a sample class: notebooks as learners would hand them in, from the corpora.

Without a number it is the small class that `solutions/NAME/sample_class.yaml` describes
learner by learner, each with the expected outcome. With a number it is a class of that
size, drawn from the corpora in realistic proportion: the same seed, the same class.

The hostile ones among them are the hostile programs of `solutions/attacks/`. Nothing
here runs them; grade such a class only with the sandbox on.
"""

from __future__ import annotations

import json
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from autograder import course
from autograder.authoring import corpus, schemas
from autograder.authoring.casefiles import apply, hand_in, to_text, write_zip
from autograder.authoring.corpus import UNTOUCHED, Attack, Edit, Entry, Mistake, RightAnswer
from autograder.course import Assignment, CourseError, assignment
from autograder.grading.results import SubmissionResult, Verdict

NAMES = course.SOLUTIONS / "names.yaml"

SEED = 1998
"""The year of LeCun, Bottou, Bengio and Haffner's paper; any other number would do."""

PROPORTIONS = {
    "solution": 24, "right": 24, "one mistake": 26, "two mistakes": 12, "unfinished": 7, "untouched": 1,
    "hangs": 2, "crashes": 1, "hostile": 1, "unreadable": 2,
}
"""How many of a hundred learners are of each kind. An estimate from teaching, not a measurement."""

TROUBLE = ("hangs", "crashes", "hostile", "unreadable")
"""The kinds that are drawn from the attacks that the sample class' file names."""

@dataclass(frozen=True)
class Sample:
    """One learner of a class.

    Attributes:
        learner: the name under which it is handed in.
        edit: how the notebook differs from the solution; unused for an attack.
        attack: the attack it is, or None.
        zipped: handed in inside a zip.
        status, scores: the expected outcome, if it is written down; the scores of all questions.
        fails: the questions that lose points, and no others do; None where the corpora do not say it.
    """

    learner: str
    edit: Edit = field(default_factory=Edit)
    attack: Attack | None = None
    zipped: bool = False
    status: Verdict | None = None
    scores: Mapping[str, float] = field(default_factory=dict)
    fails: tuple[str, ...] | None = None


class _Corpora:
    """The cases of one exercise, by name."""

    def __init__(self, of: Assignment) -> None:
        self.assignment = of
        self.right: dict[str, RightAnswer] = {case.name: case for case in corpus.right_answers(of)}
        self.mistakes: dict[str, Mistake] = {case.name: case for case in corpus.mistakes(of)}
        self.attacks: dict[str, Attack] = {}
        self.file = course.master(of.name).with_name("sample_class.yaml")
        self.written: list[object] = []
        self.trouble: dict[str, list[str]] = {}
        if self.file.is_file():
            self._read()

    def _read(self) -> None:
        entry = Entry.read(corpus.parse(self.file), schemas.SAMPLE_CLASS, str(self.file))
        self.written = entry.data["class"]
        self.trouble = {kind: list(entry.data.get(kind, ())) for kind in TROUBLE}
        for kind in TROUBLE:
            for name in self.trouble[kind]:
                self.attack(name, entry)

    def attack(self, name: str, entry: Entry) -> Attack:
        if name not in self.attacks:
            if not (corpus.ATTACKS / name / "case.yaml").is_file():
                raise entry.error(f"there is no attack {name!r}")
            case = corpus.read_attack(corpus.ATTACKS / name, lambda name: self.assignment
                                      if name == self.assignment.name else assignment(name))
            if case.assignment != self.assignment.name or len(case.files) != 1:
                raise entry.error(f"the attack {name!r} is not one file for {self.assignment.name}")
            self.attacks[name] = case
        return self.attacks[name]


def described(of: Assignment) -> list[Sample]:
    """Returns the small class, with the expected outcome.

    Raises:
        CourseError: the exercise has none, or its file is not in order.
    """
    corpora = _Corpora(of)
    if not corpora.written:
        raise CourseError(f"{of.name} has no sample class of its own ({corpora.file} is missing). "
                          "Say how many learners to make, for example --learners 30.")
    return [_described(data, corpora, number) for number, data in enumerate(corpora.written, start=1)]


def _described(data: object, corpora: _Corpora, number: int) -> Sample:
    name = data.get("learner", number) if isinstance(data, dict) else number
    entry = Entry.read(data, schemas.LEARNER, f"{corpora.file}: learner {name}")
    scores = {question.name: question.points for question in corpora.assignment.questions}
    for question, score in entry.data.get("scores", {}).items():
        if question not in scores:
            raise entry.error(f"{question}: {score!r} is no score of a question; there are {', '.join(scores)}")
        scores[question] = float(score)
    edit, attack = _kind(entry, corpora)
    zipped = entry.data.get("as") == "zip"
    return Sample(entry.data["learner"], edit, attack, zipped, Verdict(entry.data["status"]), scores)


def _kind(entry: Entry, corpora: _Corpora) -> tuple[Edit, Attack | None]:
    """Returns what a learner's `is` describes."""
    kind = entry.data["is"]
    if isinstance(kind, str):
        return (Edit() if kind == "solution" else Edit(base="untouched")), None
    if "attack" in kind:
        return Edit(), corpora.attack(kind["attack"], entry)
    known: Mapping[str, RightAnswer | Mistake] = corpora.right if "right" in kind else corpora.mistakes
    wanted = [kind["right"]] if "right" in kind else kind["mistakes"]
    for name in wanted:
        if name not in known:
            raise entry.error(f"there is no case {name!r}")
    edit = combined([known[name].edit for name in wanted])
    if edit is None:
        raise entry.error("these mistakes do not go together: they change the same cell, or move cells")
    return edit, None


def combined(edits: Sequence[Edit]) -> Edit | None:
    """Returns all edits in one notebook; None where they do not go together.

    Several go together when each only replaces cells, and no cell is replaced twice.
    """
    if len(edits) == 1:
        return edits[0]
    replace: dict[str, str] = {}
    for edit in edits:
        if edit != Edit(replace=edit.replace) or set(edit.replace) & set(replace):
            return None
        replace |= edit.replace
    return Edit(replace=replace)


def drawn(of: Assignment, learners: int, seed: int = SEED) -> list[Sample]:
    """Returns a class of `learners`, drawn from the corpora; the same for the same seed and corpora."""
    corpora = _Corpora(of)
    chance = random.Random(f"{seed} {of.name}")
    listed = schemas.require(corpus.parse(NAMES), schemas.NAMES, str(NAMES))
    first, last = (listed[key].split() for key in ("first", "last"))
    names = [f"{given}-{family}" for given in first for family in last]
    chance.shuffle(names)
    kinds = [kind for kind in PROPORTIONS if kind not in TROUBLE or corpora.trouble.get(kind)]
    if not corpora.right:
        kinds.remove("right")
    if not corpora.mistakes:
        kinds = [kind for kind in kinds if "mistake" not in kind]
    weights = [PROPORTIONS[kind] for kind in kinds]
    return [
        _drawn(chance.choices(kinds, weights)[0], _numbered(names, number), corpora, chance)
        for number in range(learners)
    ]


def _numbered(names: Sequence[str], number: int) -> str:
    again, index = divmod(number, len(names))
    return names[index] + (f"-{chr(ord('a') + again)}" if again else "")


def _drawn(kind: str, learner: str, corpora: _Corpora, chance: random.Random) -> Sample:
    zipped = chance.random() < 0.05
    if kind in TROUBLE:
        name = chance.choice(corpora.trouble[kind])
        return Sample(learner, attack=corpora.attacks[name])
    if kind == "right":
        return Sample(learner, chance.choice(list(corpora.right.values())).edit, zipped=zipped, fails=())
    if "mistake" in kind:
        mistakes = list(corpora.mistakes.values())
        first = chance.choice(mistakes)
        edit, fails = first.edit, first.fails
        if kind == "two mistakes":
            both = ((combined([edit, other.edit]), other) for other in chance.sample(mistakes, len(mistakes)))
            edit, fails = next(((pair, (*fails, *other.fails)) for pair, other in both if pair is not None),
                               (edit, fails))
        return Sample(learner, edit, zipped=zipped, fails=fails)
    if kind == "unfinished":
        questions = [question.name for question in corpora.assignment.questions]
        left = chance.randint(1, len(questions) - 1) if len(questions) > 1 else 1
        return Sample(learner, Edit(replace=dict.fromkeys(questions[-left:], UNTOUCHED)), zipped=zipped,
                      fails=tuple(questions[-left:]))
    untouched = kind == "untouched"
    fails = tuple(question.name for question in corpora.assignment.questions) if untouched else ()
    return Sample(learner, Edit(base="untouched") if untouched else Edit(), zipped=zipped, fails=fails)


MANIFEST = ".sample-class.json"
"""A file in the folder of a sample class: the names of the files written there, so that nothing else is touched."""


def sample_class(
    of: Assignment, folder: Path, learners: int | None = None, seed: int = SEED
) -> list[Sample]:
    """Writes a class into `folder`, one file a learner, and returns who is in it.

    Args:
        of: the exercise, built.
        folder: is made where it does not exist. A class written there before is replaced.
        learners: how many; the small class of the exercise when not given.
        seed: of the draw.

    Raises:
        CourseError: the folder holds other files, or the corpora are not in order.
    """
    samples = described(of) if learners is None else drawn(of, learners, seed)
    folder.mkdir(parents=True, exist_ok=True)
    _clear(folder)
    written = []
    for sample in samples:
        if sample.attack is not None:
            written += hand_in(sample.attack, of, folder, {}, learner=sample.learner)
            continue
        notebook = to_text(apply(sample.edit, of)).encode("ascii")
        path = folder / (sample.learner + (".zip" if sample.zipped else ".ipynb"))
        if sample.zipped:
            write_zip({f"{of.name}.ipynb": notebook}, path)
        else:
            path.write_bytes(notebook)
        written.append(path)
    (folder / MANIFEST).write_text(json.dumps(sorted(path.name for path in written)), encoding="utf-8")
    return samples


def telling(results: Sequence[SubmissionResult]) -> SubmissionResult:
    """Returns, of a graded class, the submission whose page shows most: it ran, and lost most of its points."""
    ran = [result for result in results if result.status is Verdict.GRADED and 0 < result.score < result.possible]
    return min(ran or results, key=lambda result: (result.score, result.learner))


def _clear(folder: Path) -> None:
    """Removes what an earlier sample class left; refuses a folder with anything else in it."""
    manifest = folder / MANIFEST
    ours = set(json.loads(manifest.read_text(encoding="utf-8"))) if manifest.is_file() else set()
    others = sorted(path.name for path in folder.iterdir() if path.name not in ours | {MANIFEST})
    if others:
        raise CourseError(f"{folder} holds files that are not of a sample class ({others[0]}). "
                          "Choose another folder with --output.")
    for name in ours:
        (folder / name).unlink(missing_ok=True)
