"""Two classes of honest submissions: one trains a network on all images, one does NumPy exercises.

The class that trains has an exercise of its own, as small as an exercise can be: load, scale, three epochs of
`Dense(128)`, one check that evaluates the model on the test set. So what is measured is the way of grading, and not the
tests of one particular exercise.
"""

from __future__ import annotations

import json
import shutil
import zipfile
from pathlib import Path

from autograder import course
from autograder.authoring.casefiles import apply
from autograder.authoring.casefiles import write_notebook as write_variant
from autograder.authoring.corpus import Edit, Insert
from tests.grading.conftest import write_notebook

TRAINING = "91-training"
NUMPY = "02-preprocessing"

CELLS = [
    "import otter\ngrader = otter.Notebook()",
    "import digits, keras\n(x_train, y_train), _ = digits.load()\nx_train = x_train.astype('float32') / 255",
    """keras.utils.set_random_seed({seed})
model = keras.Sequential([
    keras.Input((28, 28)), keras.layers.Flatten(),
    keras.layers.Dense(128, activation="relu"), keras.layers.Dense(10, activation="softmax"),
])
model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
history = model.fit(x_train, y_train, batch_size=128, epochs=3, verbose=0)""",
    "grader.check('q1')",
]

TEST_FILE = '''from otter.test_files import test_case

OK_FORMAT = False
name = "q1"
points = 1


@test_case(points=None, hidden=False)
def test_shape(model):
    assert model.output_shape == (None, 10)


@test_case(points=None, hidden=True)
def test_accuracy(model):
    import digits

    _, (images, labels) = digits.load()
    loss, accuracy = model.evaluate(images.astype("float32") / 255, labels, verbose=0)
    assert accuracy > 0.95
'''


def build_training_course(root: Path) -> None:
    """The exercise that trains, as `autograder build` would leave it, under `root`."""
    exercises, build, solutions = root / "exercises", root / "build" / TRAINING, root / "solutions"
    for folder in (exercises, build / "tests", solutions):
        folder.mkdir(parents=True)
    (solutions / f"{TRAINING}.md").touch()
    for name in course.SUPPORT_FILES:
        shutil.copy(course.ROOT / "exercises" / name, exercises)
    (build / "tests" / "q1.py").write_text(TEST_FILE, encoding="utf-8")
    write_training_notebook(build / f"{TRAINING}.ipynb", seed=0)
    facts = {"name": TRAINING, "title": "Training", "chapter": "none", "questions": [{"name": "q1", "points": 1}],
             "format": course.BUILD_FORMAT, "sources": {}}
    (build / "assignment.json").write_text(json.dumps(facts), encoding="utf-8")
    with zipfile.ZipFile(build / f"{TRAINING}-autograder.zip", "w") as made:
        made.writestr("otter_config.json", json.dumps({"lang": "python"}))
        made.write(build / "tests" / "q1.py", "tests/q1.py")
        for path in sorted(exercises.iterdir()):
            made.write(path, f"files/{path.name}")


def write_training_notebook(path: Path, seed: int) -> Path:
    return write_notebook(path, [cell.replace("{seed}", str(seed)) for cell in CELLS], TRAINING)


def training_class(folder: Path, learners: int) -> list[Path]:
    """`learners` notebooks that train, each with a seed of its own."""
    return [write_training_notebook(folder / f"learner{n:03}.ipynb", seed=n) for n in range(learners)]


def numpy_class(folder: Path, learners: int) -> list[Path]:
    """`learners` solved notebooks of exercise 2, each with a line of its own."""
    exercise = course.assignment(NUMPY)
    return [
        write_variant(apply(Edit(insert=(Insert("end", f"learner = {n}"),)), exercise), folder / f"learner{n:03}.ipynb")
        for n in range(learners)
    ]
