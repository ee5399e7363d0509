"""A class in one zip, as Canvas, Moodle or Gradescope packs it: graded like the unpacked folder, and nobody's work
counts for another."""

from __future__ import annotations

import gc
import io
import json
import os
import random
import stat
import warnings
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from autograder import course
from autograder.course import METADATA_KEY, CourseError
from autograder.submissions import download
from autograder.submissions.find import Search, find
from autograder.submissions.read import Submission, read_submission

pytestmark = pytest.mark.fast

NAME = "02-preprocessing"
ENCRYPTED = 0x1


@pytest.fixture(autouse=True)
def exercises(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    solutions = tmp_path_factory.mktemp("solutions")
    (solutions / NAME).mkdir()
    (solutions / NAME / "master.md").touch()
    monkeypatch.setattr(course, "SOLUTIONS", solutions)


def notebook(source: str = "x = 1") -> bytes:
    cell = {"cell_type": "code", "source": source, "metadata": {}}
    metadata = {METADATA_KEY: {"assignment": NAME}}
    return json.dumps({"cells": [cell], "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}).encode()


def packed(files: Mapping[str, bytes]) -> bytes:
    """A zip as systems make it."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in files.items():
            made.writestr(name, content)
    return buffer.getvalue()


def put(path: Path, content: bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def rows(search: Search) -> list[tuple[str, str, int, bool]]:
    return [(item.learner, item.name, item.order, item.late) for item in search.found]


def submissions(*paths: Path) -> dict[str, Submission]:
    """Everything under the paths as it is read, by learner; everybody has one."""
    found = find(paths).found
    read = {item.learner: read_submission(item, None, [NAME]) for item in found}
    assert len(read) == len(found)
    return read


EXPORT = packed({f"{NAME}.ipynb": notebook("export = 1"), ".OTTER_LOG": b"log", "__zip_filename__": b"x"})

CANVAS = {
    f"lovelaceada_40312_991_{NAME}.ipynb": notebook("ada = 1"),
    f"lovelaceada_LATE_40312_1007_{NAME}-1.ipynb": notebook("ada = 2"),
    f"loe-lace--ada-late_40314_992_{NAME}.zip": EXPORT,
    "李明_7_12_my_work_3_4_x.ipynb": notebook("li = 1"),
    f"anon_Ab3dE_993_{NAME}.ipynb": notebook("anon = 1"),
    f"LATE_anon_Cd4fG_994_{NAME}.ipynb": notebook("late = 1"),
    f"a_4_9_{NAME}_2026_10_31T09_30_00_12.zip": EXPORT,
    "muellerj_40313_995_essay.pdf": b"no notebook",
    "muellerj_40313_text.html": b"some words",
}
MOODLE = {
    f"Jörg Müller_88101_assignsubmission_file_/{NAME}.ipynb": notebook("first = 1"),
    f"Jörg Müller_88101_assignsubmission_file_/deep/{NAME}.ipynb": notebook("second = 1"),
    "Jörg Müller_88101_assignsubmission_onlinetext_/onlinetext.html": b"some words",
    "Participant_88102_assignsubmission_file/work.ipynb": notebook("work = 1"),
    "Participant_88102_assignsubmission_file/digits.py": b"the course's",
    f"Ada Lovelace_88103_assignsubmission_file/{NAME}_2026_10_31T09_30_00_12.zip": EXPORT,
    "Ada Lovelace_88103_assignsubmission_file/essay.pdf": b"no notebook",
}
MOODLE_FLAT = {
    f"Jörg Müller_88101_assignsubmission_file_{NAME}.ipynb": notebook("first = 1"),
    "Ada Lovelace_88103_assignsubmission_file_work.ipynb": notebook("work = 1"),
}
METADATA = b"""\
---
submission_98765:
  :submitters:
  - :name: Ada Lovelace
    :sid: '40312'
    :email: ada@uni.example
  - :name: J\xc3\xb6rg M\xc3\xbcller
    :sid: '40313'
    :email:
  :score: 10.0
submission_98766:
  :submitters:
  - :name: \xe6\x9d\x8e \xe6\x98\x8e
"""
GRADESCOPE = {
    "assignment_77_export/submission_metadata.yml": METADATA,
    f"assignment_77_export/submission_98765/{NAME}.ipynb": notebook("two = 1"),
    f"assignment_77_export/submission_98766/{NAME}.ipynb": notebook("li = 1"),
    f"assignment_77_export/submission_98766/.ipynb_checkpoints/{NAME}-checkpoint.ipynb": notebook("old = 1"),
    "assignment_77_export/submission_98766/helper.txt": b"a file",
    "assignment_77_export/submission_98767/deep/work.zip": EXPORT,
}
GRADESCOPE_BARE = {name.partition("/")[2]: content for name, content in GRADESCOPE.items()}


@pytest.mark.parametrize("around", ["", "unpacked and packed again/"])
@pytest.mark.parametrize(("system", "files", "count"), [
    ("Canvas", CANVAS, 8), ("Moodle", MOODLE, 4), ("Moodle", MOODLE_FLAT, 2), ("Gradescope", GRADESCOPE, 4),
    ("Gradescope", GRADESCOPE_BARE, 4),
])  # fmt: skip
def test_the_zip_and_the_unpacked_folder_are_the_same(
    tmp_path: Path, system: str, files: Mapping[str, bytes], count: int, around: str
) -> None:
    if around and files is GRADESCOPE:
        return
    files = {around + name: content for name, content in files.items()}
    zipped = put(tmp_path / "class.zip", packed({**files, "__MACOSX/._x.ipynb": b"a Mac's"}))
    with zipfile.ZipFile(zipped) as archive:
        archive.extractall(tmp_path / "class")
    folder, bulk = find([tmp_path / "class"]), find([zipped])
    assert rows(bulk) == rows(folder)
    assert len(bulk.found) == count
    for one, other in zip(folder.found, bulk.found, strict=True):
        was, now = read_submission(one, None, [NAME]), read_submission(other, None, [NAME])
        assert was == now
        assert bool(was.problem) == (was.learner == "muellerj_40313"), "who handed in no notebook is not forgotten"
    assert sorted(path.name for path in bulk.others) == sorted(path.name for path in folder.others)
    (remark,) = bulk.remarks
    learners = len({item.learner for item in bulk.found}) - (system == "Canvas")
    entries = count - (system != "Moodle")  # one of Gradescope's is of two learners, one of Canvas' is no notebook
    assert f"class.zip is a download from {system}: {entries} notebooks and zips of {learners} learners." in remark
    for search in (bulk, folder):
        doubted = [item for item in search.found if item.identity.doubts]
        assert len(doubted) == (system == "Gradescope"), "one submission is in no list of authors"
        assert {item.identity.system for item in search.found} == {system}


def test_a_whole_class_with_its_attempts_fits(tmp_path: Path) -> None:
    files = {f"learner{n}_{n + 1}_{5000 + 300 * attempt + n}_{NAME}.ipynb": notebook(f"x = {n}")
             for n in range(300) for attempt in range(4)}  # fmt: skip
    assert len(files) > 1000, "more than a learner's zip may hold"
    search = find([put(tmp_path / "class.zip", packed(files))])
    assert len(search.found) == 1200 and len({item.learner for item in search.found}) == 300
    assert read_submission(search.found[700], None, [NAME]).cells


def test_two_downloads_are_two_parts_of_a_class(tmp_path: Path) -> None:
    first = put(tmp_path / "a.zip", packed(MOODLE_FLAT))
    second = put(tmp_path / "b.zip", packed(CANVAS))
    search = find([first, second, first])
    assert len(search.found) == len(find([first]).found) + len(find([second]).found)
    assert len(search.remarks) == 2


# ---------------------------------------------------------------- what a learner may try


def test_a_zip_in_the_zip_is_one_submission_of_its_learner(tmp_path: Path) -> None:
    """Whatever names stand in it."""
    of_others = {
        "one notebook": {f"Ada Lovelace_88103_assignsubmission_file/{NAME}.ipynb": notebook("mallory = 1")},
        "a class": MOODLE,
        "an export": {**GRADESCOPE, "submission_metadata.yml": METADATA},
    }
    for number, (kind, inner) in enumerate(of_others.items()):
        files = {
            "Mallory_1_assignsubmission_file/x.zip": packed(inner),
            f"Ada Lovelace_88103_assignsubmission_file/{NAME}.ipynb": notebook("ada = 1"),
        }
        read = submissions(put(tmp_path / f"{number}.zip", packed(files)))
        assert set(read) == {"Mallory_1", "Ada Lovelace_88103"}, kind
        assert [cell.source for cell in read["Ada Lovelace_88103"].cells] == ["ada = 1"]
        assert bool(read["Mallory_1"].problem) == (kind != "one notebook"), "at most one notebook is read from it"


@pytest.mark.parametrize("inside", [
    f"Ada Lovelace_88103_assignsubmission_file/{NAME}.ipynb", f"Ada Lovelace_88103_999_{NAME}.ipynb",
    f"Ada Lovelace_88103_assignsubmission_file_{NAME}.ipynb", f"submission_98765/{NAME}.ipynb",
    f"assignment_77_export/submission_98765/{NAME}.ipynb", f"../Ada Lovelace_88103_assignsubmission_file/{NAME}.ipynb",
])  # fmt: skip
@pytest.mark.parametrize("own", ["Mallory_1_assignsubmission_file/", "submission_5/"])
def test_names_that_a_learner_chose_are_nobodys(tmp_path: Path, own: str, inside: str) -> None:
    """Below the folder that the system made, the learner may write folders and files of any name."""
    files = {own + inside: notebook("mallory = 1")}
    if own.startswith("Mallory"):
        me, ada = "Mallory_1", "Ada Lovelace_88103"
        files |= {f"{ada}_assignsubmission_file/{NAME}.ipynb": notebook(),
                  "Mallory_1_assignsubmission_file/submission_metadata.yml": METADATA}  # fmt: skip
    else:
        me, ada = "submission_5", "ada@uni.example"
        files |= {f"submission_98765/{NAME}.ipynb": notebook(), "submission_metadata.yml": METADATA,
                  "submission_5/submission_metadata.yml": METADATA}  # fmt: skip
    zipped = put(tmp_path / "class.zip", packed(files))
    search = find([zipped])
    assert {me, ada} <= {item.learner for item in search.found}
    assert sum(item.learner == ada for item in search.found) == 1
    assert sum(item.learner == me for item in search.found) == 1
    if ".." not in inside:
        with zipfile.ZipFile(zipped) as archive:
            archive.extractall(tmp_path / "class")
        assert rows(find([tmp_path / "class"])) == rows(search)


def test_a_canvas_learner_cannot_choose_a_name_either(tmp_path: Path) -> None:
    files = {
        f"mallory_55_66_lovelaceada_40312_991_{NAME}.ipynb": notebook("mallory = 1"),
        f"mallory_55_67_Ada_88103_assignsubmission_file_{NAME}.ipynb": notebook("mallory = 2"),
        f"lovelaceada_40312_991_{NAME}.ipynb": notebook("ada = 1"),
    }
    assert [row[0] for row in rows(find([put(tmp_path / "class.zip", packed(files))]))] == [
        "lovelaceada_40312", "mallory_55", "mallory_55",
    ]  # fmt: skip


def test_nor_one_whose_name_stands_before_the_file(tmp_path: Path) -> None:
    """Moodle without folders, with a name of a file, and one of a person, that look like Canvas's."""
    for name in ("Mallory_2_assignsubmission_file_Ada_88103_5_x", "Ada_88103_6_x_3_assignsubmission_file_x"):
        put(tmp_path / "class" / f"{name}.ipynb", notebook())
    put(tmp_path / "class" / "Ada_88103_assignsubmission_file_x.ipynb", notebook())
    zipped = tmp_path / "class.zip"
    with zipfile.ZipFile(zipped, "w") as made:
        for path in (tmp_path / "class").iterdir():
            made.write(path, path.name)
    for path in (tmp_path / "class", zipped):
        assert [row[0] for row in rows(find([path]))] == ["Ada_88103", "Ada_88103_6_x_3", "Mallory_2"]


def test_who_is_who_is_not_read_from_a_learners_folder(tmp_path: Path) -> None:
    """A folder of plain names, in which a learner says that a folder of theirs is Ada's."""
    put(tmp_path / "ada" / f"{NAME}.ipynb", notebook())
    put(tmp_path / "mallory" / "submission_98765" / f"{NAME}.ipynb", notebook())
    put(tmp_path / "mallory" / "submission_metadata.yml", METADATA.replace(b"ada@uni.example", b"ada"))
    put(tmp_path / "eve" / "assignment_1_export" / "submission_98765" / f"{NAME}.ipynb", notebook())
    put(tmp_path / "eve" / "assignment_1_export" / "submission_metadata.yml", b"broken: [")
    assert [row[0] for row in rows(find([tmp_path]))] == ["ada", "eve", "mallory"]
    os.rename(tmp_path / "eve" / "assignment_1_export", tmp_path / "assignment_1_export")
    put(tmp_path / "assignment_1_export" / "submission_metadata.yml", METADATA)
    learners = {row[0] for row in rows(find([tmp_path]))}
    assert learners == {"ada", "mallory", "ada@uni.example", "40313", "李 明"}, (
        "Gradescope's own folder says it, also of whom there is nothing")


def hostile(name: str, kind: str) -> bytes:
    """A Moodle class with Ada's work, and between it something of Mallory's."""
    entry = zipfile.ZipInfo(f"Mallory_1_assignsubmission_file/{name}")
    content, method = notebook("mallory = 1"), zipfile.ZIP_DEFLATED
    if kind == "link":
        entry.external_attr = (stat.S_IFLNK | 0o777) << 16
        content = b"../Ada Lovelace_88103_assignsubmission_file/02-preprocessing.ipynb"
    elif kind == "pipe":
        entry.external_attr = (stat.S_IFIFO | 0o777) << 16
    elif kind == "bomb":
        content = bytes(100 * 2**20)
    elif kind == "method":
        method = zipfile.ZIP_LZMA
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr(f"Ada Lovelace_88103_assignsubmission_file/{NAME}.ipynb", notebook("ada = 1"))
        made.writestr(entry, content, compress_type=method)
        made.writestr("Bob_2_assignsubmission_file/work.ipynb", notebook("bob = 1"))
    data = bytearray(buffer.getvalue())
    if kind in ("encrypted", "damaged"):
        header = data.index(b"Mallory_1") - 30
        listed = data.index(b"PK\x01\x02", data.index(b"PK\x01\x02") + 1)
        assert data[header : header + 4] == b"PK\x03\x04"
        if kind == "encrypted":
            data[header + 6] |= ENCRYPTED
            data[listed + 8] |= ENCRYPTED
        else:
            data[listed + 16] ^= 0xFF  # the checksum
    return bytes(data)


@pytest.mark.parametrize(("name", "kind", "reason"), [
    ("work.ipynb", "link", "link or a special file"), ("work.ipynb", "pipe", "link or a special file"),
    ("work.ipynb", "bomb", "unpacks to more than"), ("work.zip", "bomb", "unpacks to more than"),
    ("work.ipynb", "encrypted", "encrypted"), ("work.ipynb", "damaged", "damaged"),
    ("work.ipynb", "method", "unusual method"), ("../../work.ipynb", "", "points outside"),
    ("work.zip", "", "damaged"),
])  # fmt: skip
def test_what_is_wrong_with_an_entry_is_its_learners_alone(
    tmp_path: Path, name: str, kind: str, reason: str
) -> None:
    read = submissions(put(tmp_path / "class.zip", hostile(name, kind)))
    assert set(read) == {"Ada Lovelace_88103", "Mallory_1", "Bob_2"}
    assert (read["Mallory_1"].problem, read["Mallory_1"].cells) == ("unreadable", ())
    assert reason in read["Mallory_1"].reason
    for learner, source in (("Ada Lovelace_88103", "ada = 1"), ("Bob_2", "bob = 1")):
        assert [cell.source for cell in read[learner].cells] == [source]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["class.zip"], "nothing is unpacked"


@pytest.mark.parametrize("inner", [CANVAS, MOODLE, GRADESCOPE, {**GRADESCOPE_BARE, **MOODLE}])
def test_a_learners_zip_is_never_a_class(tmp_path: Path, inner: Mapping[str, bytes]) -> None:
    """In a folder, under the name that a system gave it, or one of many: with others' names in it."""
    data = packed(inner)
    put(tmp_path / "class" / "ada.ipynb", notebook())
    put(tmp_path / "class" / "mallory.zip", data)
    put(tmp_path / "class" / "eve" / "submissions.zip", data)
    put(tmp_path / "class" / "mallory_55_66_submissions.zip", data)
    put(tmp_path / "class" / "Eve_2_assignsubmission_file" / "submissions.zip", data)
    put(tmp_path / "class" / "submission_5" / "submissions.zip", data)
    expected = {"ada", "mallory", "eve", "mallory_55_66_submissions", "Eve_2_assignsubmission_file", "submissions"}
    assert {item.learner for item in find([tmp_path / "class"]).found} == expected
    for path in (tmp_path / "class").rglob("*"):
        if path.is_file() and path.name != "mallory.zip" and path.parent.name != "eve":
            assert len(find([path]).found) == 1, "alone, too"
    named = sorted(path for path in (tmp_path / "class").iterdir() if path.is_file())
    search = find(named)
    assert sorted(item.learner for item in search.found) == ["ada", "mallory", "mallory_55_66_submissions"]
    if inner in (CANVAS, MOODLE, GRADESCOPE):
        (remark,) = search.remarks
        assert "mallory.zip looks like a download from" in remark and "give it alone" in remark


@pytest.mark.parametrize("files", [
    {f"{NAME}.ipynb": notebook(), ".OTTER_LOG": b"log", "__zip_filename__": b"x"},
    {f"hw/{NAME}.ipynb": notebook(), "hw/helper.py": b"y = 2"},
    {"work.ipynb": notebook(), "data.zip": packed({})},
    {f"submission_5/{NAME}.ipynb": notebook(), "submission_5/notes.txt": b""},
])  # fmt: skip
def test_one_learners_zip_stays_one_learners(tmp_path: Path, files: Mapping[str, bytes]) -> None:
    (read,) = submissions(put(tmp_path / "alice.zip", packed(files))).values()
    assert (read.learner, read.problem) == ("alice", "")


@pytest.mark.parametrize(("files", "seen"), [
    ({"alice.ipynb": notebook(), "bob.ipynb": notebook()},
     "holds 2 notebooks and zips, such as alice.ipynb and bob.ipynb. Their names are not those of a download"),
    ({"alice.zip": EXPORT, "bob.zip": EXPORT}, "holds 2 notebooks and zips, such as alice.zip and bob.zip"),
    ({"a/x.ipynb": notebook(), "b.zip": EXPORT, "c.zip": EXPORT}, "holds 3 notebooks and zips"),
    ({f"lovelaceada_40312_991_{NAME}.ipynb": notebook()},
     rf"holds one submission, lovelaceada_40312_991_{NAME}\.ipynb, named as in a download from Canvas"),
    ({f"Ada_1_assignsubmission_file/{NAME}.ipynb": notebook(), "essay.pdf": b""},
     "holds one submission, .*named as in a download from Moodle"),
    ({**CANVAS, "bob.ipynb": notebook()},
     r"holds 8 notebooks and zips. 7 of them are named as in a download from Canvas, others, such as bob\.ipynb"),
    ({**MOODLE, "Bob_2/x\nx.ipynb": notebook()}, r"others, such as Bob_2/x x\.ipynb, are not"),
    ({name: content for name, content in GRADESCOPE.items() if not name.endswith(".yml")},
     "such as assignment_77_export/submission_98765/02-preprocessing.ipynb"),
])  # fmt: skip
def test_what_may_be_a_class_or_one_learners_is_refused_with_the_remedy(
    tmp_path: Path, files: Mapping[str, bytes], seen: str
) -> None:
    zipped = put(tmp_path / "class.zip", packed(files))
    with pytest.raises(CourseError, match=seen) as caught:
        find([zipped])
    assert str(zipped) in str(caught.value)
    assert "unpack it and give the folder" in str(caught.value) and "put it into a folder" in str(caught.value)
    put(tmp_path / "ada.ipynb", notebook())
    assert len(find([zipped, tmp_path / "ada.ipynb"]).found) == 2, "one zip among others stops nobody's grading"


# ---------------------------------------------------------------- what goes wrong without anybody's intent


def test_an_export_that_does_not_say_who_is_who(tmp_path: Path) -> None:
    broken = {**GRADESCOPE, "assignment_77_export/submission_metadata.yml": b"a: ["}
    zipped = put(tmp_path / "class.zip", packed(broken))
    message = r"class\.zip: submission_metadata\.yml cannot be read .*Download the export again, or unpack it"
    with pytest.raises(CourseError, match=message):
        find([zipped])


def test_a_damaged_zip_of_a_learner_gets_its_verdict_and_a_large_one_is_a_damaged_class(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    zipped = put(tmp_path / "class.zip", packed(CANVAS)[:-30])
    (read,) = submissions(zipped).values()
    assert (read.problem, "damaged" in read.reason) == ("unreadable", True)
    monkeypatch.setattr(download, "MAX_ZIP_BYTES", 100)
    with pytest.raises(CourseError, match=r"class\.zip is too large for one learner's .*damaged.* Download it again"):
        find([zipped])


def test_a_table_of_contents_without_end_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(download, "MAX_CONTENTS", 100)
    zipped = put(tmp_path / "anna.zip", packed(CANVAS))
    assert [item.learner for item in find([zipped]).found] == ["anna"]
    monkeypatch.setattr(download, "MAX_ZIP_BYTES", 100)
    with pytest.raises(CourseError, match=r"too many entries.*unpack it and give the folder"):
        find([zipped])


def test_only_the_table_of_contents_must_be_short(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = f"x = '{random.Random(1).randbytes(50_000).hex()}'"
    files = {f"{name}_{number}_{number}_x.ipynb": notebook(source) for number, name in enumerate("ab", start=1)}
    monkeypatch.setattr(download, "MAX_CONTENTS", 20_000)
    read = submissions(put(tmp_path / "class.zip", packed(files)))
    assert {learner: one.cells[0].source for learner, one in read.items()} == {"a_1": source, "b_2": source}


def test_names_in_utf_8_that_do_not_say_so_are_read(tmp_path: Path) -> None:
    files = {"Jorg_1_assignsubmission_file/x.ipynb": notebook(), "Ada_2_assignsubmission_file/x.ipynb": notebook()}
    data = packed(files).replace(b"Jorg", "Jör".encode())
    assert {row[0] for row in rows(find([put(tmp_path / "class.zip", data)]))} == {"Jör_1", "Ada_2"}


@pytest.mark.parametrize("kind", ["link", "pipe", "folder"])
def test_what_is_not_a_plain_file_is_not_opened(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "class.zip"
    if kind == "link":
        path.symlink_to(put(tmp_path / "real.zip", packed(CANVAS)))
    elif kind == "pipe":
        os.mkfifo(path)
    else:
        put(path / f"lovelaceada_40312_991_{NAME}.ipynb", notebook())
    (item,) = find([path]).found
    assert item.entry is None
    assert bool(read_submission(item, None, [NAME]).problem) == (kind != "folder")


def test_no_file_stays_open(tmp_path: Path) -> None:
    zipped = put(tmp_path / "class.zip", packed(CANVAS))
    find([zipped])
    gc.collect()  # what other tests left open
    before = len(os.listdir("/dev/fd"))
    search = find([zipped])
    assert len(os.listdir("/dev/fd")) == before + 1
    with warnings.catch_warnings(record=True, action="always") as said:
        del search
    assert not said, "Python closed a file that nobody else did"
    assert len(os.listdir("/dev/fd")) == before
