"""Reading a zip: the one notebook in it, or one sentence that says why not; memory within the limits."""

from __future__ import annotations

import io
import random
import stat
import zipfile

import pytest

from autograder.submissions import archive
from autograder.submissions.archive import Judge, read_zip
from autograder.submissions.notebook import UnreadableError

pytestmark = pytest.mark.fast


def zipped(*entries: tuple[str | zipfile.ZipInfo, bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as made:
        for name, content in entries:
            made.writestr(name, content, compress_type=compression)
    return buffer.getvalue()


def special(name: str, kind: int) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name)
    entry.external_attr = (kind | 0o777) << 16
    return entry


NOTEBOOK = ("02-preprocessing.ipynb", b"the notebook")


def test_otters_export_is_read() -> None:
    packed = read_zip(
        zipped(NOTEBOOK, (".OTTER_LOG", b"log"), ("__zip_filename__", b"x"), ("02.pdf", b"pdf"))
    )
    assert packed.notebook == b"the notebook"
    assert packed.name == "02-preprocessing.ipynb"
    assert packed.files == {}


def test_files_beside_the_notebook_come_with_it() -> None:
    packed = read_zip(
        zipped(("hw/a.ipynb", b"n"), ("hw/helper.py", b"x = 1"), ("other/b.py", b""), ("hw/c.exe", b""))
    )
    assert packed.files == {"helper.py": b"x = 1"}


def test_a_file_with_a_name_no_disk_takes_is_left_out() -> None:
    names = ["x" * 90 + ".py", "a\x01.py", "-rf.py", "ß.py"]
    assert list(read_zip(zipped(NOTEBOOK, *[(name, b"") for name in names])).files) == ["ß.py"]


def test_what_a_mac_and_jupyter_add_is_no_second_notebook() -> None:
    packed = read_zip(
        zipped(
            NOTEBOOK,
            ("__MACOSX/._02-preprocessing.ipynb", b"x"),
            (".ipynb_checkpoints/02-checkpoint.ipynb", b"x"),
        )
    )
    assert packed.notebook == b"the notebook"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "damaged"),
        (b"PK\x03\x04 and no more", "damaged"),
        # A zip holds the time it was made at; as the test's name it would differ in each of pytest's workers.
        pytest.param(zipped(NOTEBOOK)[:40], "damaged", id="cut-damaged"),
        (zipped(("a.txt", b"x")), "no notebook"),
        (zipped(NOTEBOOK, ("second.ipynb", b"x")), "2 notebooks.*hand in one"),
        (zipped(("../a.ipynb", b"x")), "points outside"),
        (zipped(NOTEBOOK, ("a/../../b", b"x")), "points outside"),
        (zipped(NOTEBOOK, ("/etc/passwd", b"x")), "points outside"),
        (zipped(NOTEBOOK, ("C:/b.txt", b"x")), "points outside"),
        (zipped(NOTEBOOK, ("..\\b.txt", b"x")), "points outside"),
        (zipped((special("a.ipynb", stat.S_IFLNK), b"/etc/passwd")), "link or a special file"),
        (zipped(NOTEBOOK, (special("p", stat.S_IFIFO), b"")), "link or a special file"),
        (zipped(*[(f"{n}.txt", b"") for n in range(archive.MAX_ENTRIES + 1)]), "entries"),
        (zipped(("bomb.ipynb", bytes(40 * 2**20))), "unpacks to more than"),
        (zipped(NOTEBOOK, ("bomb.txt", bytes(7 * 2**20))), "unpacks to more than"),
    ],
)
def test_a_bad_zip_is_refused_with_the_reason(data: bytes, reason: str) -> None:
    with pytest.raises(UnreadableError, match=reason):
        read_zip(data)


def test_a_zip_that_lies_about_its_sizes_is_counted_while_it_is_read() -> None:
    honest = zipped(("bomb.ipynb", bytes(40 * 2**20)))
    size = (40 * 2**20).to_bytes(4, "little")
    with pytest.raises(UnreadableError):
        read_zip(honest.replace(size, (100).to_bytes(4, "little")))


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_an_unusual_method_is_refused(method: int) -> None:
    with pytest.raises(UnreadableError, match=r"packed by an unusual method .*ordinary zip"):
        read_zip(zipped(NOTEBOOK, compression=method))


def test_a_table_of_contents_without_end_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each of its entries would become an object first, and only then be counted."""
    data = zipped(*[(f"{number}.txt", b"") for number in range(1000)])
    with pytest.raises(UnreadableError, match="no notebook"):
        read_zip(data)
    monkeypatch.setattr(archive, "MAX_CONTENTS", 10_000)
    monkeypatch.setattr(zipfile, "ZipInfo", None)  # whoever makes one fails otherwise
    with pytest.raises(UnreadableError, match="too many entries"):
        read_zip(data)


def test_an_encrypted_zip_is_refused() -> None:
    data = bytearray(zipped(NOTEBOOK, compression=zipfile.ZIP_STORED))
    data[6] |= 1  # the flag in the entry's own header, and in the directory
    data[data.rindex(b"PK\x01\x02") + 8] |= 1
    with pytest.raises(UnreadableError, match="encrypted"):
        read_zip(bytes(data))


def test_a_flipped_bit_is_noticed() -> None:
    data = zipped(NOTEBOOK, compression=zipfile.ZIP_STORED)
    with pytest.raises(UnreadableError, match="damaged"):
        read_zip(data.replace(b"the notebook", b"the notebooK"))


def test_what_is_too_large_or_too_many_is_left_out_and_said() -> None:
    packed = read_zip(zipped(NOTEBOOK, ("data.csv", bytes(20 * 2**20)), ("helper.py", b"y = 2")))
    assert (packed.files, packed.left_out) == ({"helper.py": b"y = 2"}, ("data.csv",))
    packed = read_zip(zipped(NOTEBOOK, *[(f"{n:02}.txt", b"x") for n in range(archive.MAX_FILES + 2)]))
    assert len(packed.files) == archive.MAX_FILES and packed.left_out == ("50.txt", "51.txt")
    packed = read_zip(zipped(NOTEBOOK, *[(f"{n:02}.txt", random.Random(n).randbytes(900 * 2**10)) for n in range(20)]))
    assert len(packed.files) + len(packed.left_out) == 20 and sum(map(len, packed.files.values())) <= 8 * 2**20


NOISE = [f"{folder}/{n}.txt" for n in range(400) for folder in ("hw/node_modules/a", "hw/.venv/lib", "__MACOSX/hw")]


def test_a_working_folder_is_one_notebook_and_its_noise() -> None:
    """What a folder collects is passed over before it is counted, and so are links in it."""
    packed = read_zip(zipped(
        ("hw/02-preprocessing.ipynb", b"the notebook"), ("hw/.ipynb_checkpoints/02-checkpoint.ipynb", b"x"),
        ("hw/mnist.npz", bytes(12 * 2**20)), ("hw/digits.py", b"ours"), ("hw/Thumbs.db", b""),
        ("__MACOSX/hw/._x", b""), (special("hw/.venv/bin/python", stat.S_IFLNK), b"/usr/bin/python"),
        *[(name, b"") for name in NOISE]))  # fmt: skip
    assert (packed.notebook, packed.files, packed.left_out) == (b"the notebook", {}, ())


@pytest.mark.parametrize("name", ["02-preprocessing.ipynb.json", "02-preprocessing.ipynb.txt"])
def test_what_browsers_make_of_a_notebooks_name_is_one(name: str) -> None:
    assert read_zip(zipped((name, b"the notebook"), ("notes.txt", b"x"))).notebook == b"the notebook"


def test_of_several_notebooks_the_one_for_the_exercise_is_read() -> None:
    data = zipped(("a.ipynb", b"another's"), ("b.ipynb", b"the exercise's"), ("c.ipynb", b"another's"))
    judge = Judge(lambda one: one, [(lambda one: one == b"the exercise's", "the exercise's", "another's")])
    packed = read_zip(data, judge)
    assert (packed.notebook, packed.passed) == (b"the exercise's", {
        "a.ipynb": "another's", "c.ipynb": "the same answers as a.ipynb"})
    for fits in (lambda _: True, lambda _: False):
        with pytest.raises(UnreadableError, match="There are 3 notebooks"):
            read_zip(data, Judge(lambda one: one, [(fits, "", "")]))


def test_a_zip_in_the_zip_is_looked_into() -> None:
    """Otter's export lies in the folder that a learner zips; what is in it is neither lost nor taken blindly."""
    export = zipped(("02.ipynb", b"the work"), ("mine.csv", b"1"))
    blank = Judge(lambda one: one, [(lambda one: one != b"handed out", "", "as handed out")])
    packed = read_zip(zipped(("f/02.ipynb", b"handed out"), ("f/export.zip", export), ("f/more.csv", b"2")), blank)
    assert (packed.notebook, packed.name, packed.files) == (b"the work", "f/export.zip/02.ipynb", {"mine.csv": b"1"})
    assert packed.passed == {"f/02.ipynb": "as handed out"}
    assert read_zip(zipped(("a.zip", zipped(("b.zip", export))))).notebook == b"the work"
    with pytest.raises(UnreadableError, match=r"There are 2 notebooks in the zip \(02.ipynb, export.zip/02.ipynb\)"):
        read_zip(zipped(("02.ipynb", b"other work"), ("export.zip", export)), blank)


def test_a_zip_in_the_zip_that_cannot_be_looked_into_is_named() -> None:
    deep = zipped(("b.zip", zipped(("c.zip", zipped(NOTEBOOK)))))
    packed = read_zip(zipped(NOTEBOOK, ("broken.zip", b"PK"), ("deep.zip", deep)))
    assert packed.notebook == b"the notebook" and set(packed.closed) == {"broken.zip", "deep.zip/b.zip/c.zip"}
    with pytest.raises(UnreadableError, match=r"There is no notebook in the zip. It holds broken.zip. The zip is dam"):
        read_zip(zipped(("broken.zip", b"PK"), ("x.txt", b"")))
