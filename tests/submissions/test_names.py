"""Words that name nobody, in the languages of Colab, Drive, Windows, macOS and the systems."""

from __future__ import annotations

import pytest

from autograder.submissions.names import is_handed_in, person_in, stem

pytestmark = pytest.mark.fast

NAME = "02-preprocessing"
EXERCISES = [NAME, "04-model"]


@pytest.mark.parametrize("part", [
    f"Copy of {NAME}", f"Copy of {NAME} (1)", f"Copy of Copy of {NAME}", f"Kopie von {NAME}", f"Copie de {NAME}",
    f"Copia de {NAME}", f"Copia di {NAME}", f"Cópia de {NAME} (2)", f"Kopie van {NAME}", f"Kopia {NAME}",
    f"{NAME} - Copy", f"{NAME} - Kopie (2)", f"{NAME} - Copie", f"{NAME} copy 2", f"{NAME} Kopie", f"{NAME}のコピー",
    f"{NAME} - コピー", f"{NAME}的副本", f"{NAME} 副本", f"{NAME} - 副本", f"{NAME}의 사본", f"Копия {NAME}", NAME,
    f"{NAME} (1)", f"{NAME}(3)", f"{NAME}_final", "Exercise 2", "exercise-2", "Übung 3", "submissions", "Abgaben",
    f"{NAME}-submissions", "Untitled", "Untitled1", "preprocessing", "Week 12", "作业 2", "HW2", "hw_2_3_final", "",
])  # fmt: skip
def test_nobody_is_called_so(part: str) -> None:
    assert person_in(part, EXERCISES) == ""


@pytest.mark.parametrize(("part", "person"), [
    (f"Copy of {NAME} alice", "alice"), (f"alice_{NAME} (1)", "alice"), (f"Kopie von {NAME}-alice", "alice"),
    ("alice (1)", "alice"), ("Copy of alice", "alice"), ("alice - Kopie", "alice"),
    ("student12", "student12"), ("Kopp", "Kopp"), ("Copeland", "Copeland"), ("Week, Ann", "Week, Ann"),
    ("Team 3", "Team 3"), ("王小明", "王小明"), ("10000101", "10000101"), ("Final, Jo", "Final, Jo"),
])  # fmt: skip
def test_somebody_is(part: str, person: str) -> None:
    assert person_in(part, EXERCISES) == person


def test_the_ending_of_a_notebook_is_what_browsers_made_of_it() -> None:
    assert [stem(name) for name in ("a.b.ipynb", "a.ipynb.json", "a.IPYNB.TXT", "a.zip", "a.pdf")] == [
        "a.b", "a", "a", "a", "a"]  # fmt: skip
    assert not is_handed_in("a.json") and is_handed_in("a.ipynb.json")
