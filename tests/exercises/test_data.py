"""`digits.load`: the real arrays or one clear sentence, never other data."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

import digits
import numpy as np
import pytest

from autograder.course import EXERCISES

pytestmark = pytest.mark.fast


@pytest.fixture(autouse=True)
def forget() -> None:
    """Each test reads its file anew."""
    digits._read.cache_clear()


def broken(path: Path) -> str:
    """The message for the file at `path`."""
    with pytest.raises(digits.DataError) as caught:
        digits.load(path)
    message = str(caught.value)
    assert str(path) in message, "names the file"
    assert "Fetch mnist.npz again" in message, "names the remedy"
    assert "\n" not in message
    return message


def save(path: Path, **changes: np.ndarray) -> Path:
    """An uncompressed copy of the data, with `changes`."""
    (x_train, y_train), (x_test, y_test) = digits.load()
    arrays = {"x_train": x_train, "y_train": y_train, "x_test": x_test, "y_test": y_test} | changes
    np.savez(path, **{name: array for name, array in arrays.items() if array.size}, allow_pickle=True)
    return path


def test_the_four_canonical_arrays() -> None:
    (x_train, y_train), (x_test, y_test) = digits.load()
    assert x_train.shape == (60000, 28, 28) and x_test.shape == (10000, 28, 28)
    assert np.bincount(y_train).tolist() == [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]
    assert np.bincount(y_test).tolist() == [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]
    assert {array.dtype for array in (x_train, y_train, x_test, y_test)} == {np.dtype("uint8")}
    assert round(float(x_train.mean()), 4) == 33.3184


def test_the_committed_file_is_the_documented_one() -> None:
    digest = hashlib.sha256((EXERCISES / "mnist.npz").read_bytes()).hexdigest()
    assert digest == "99b6212d8b734503d7fa2e29ea6413bad62226998e56555f4a6b0b30072f1aec"


def test_what_a_learner_does_to_the_arrays_does_not_come_back() -> None:
    (x_train, _), _ = digits.load()
    x_train[:] = 7
    assert digits.load()[0][0].max() == 255
    images, labels = digits.sample(3)
    images[:], labels[:] = 7, 7
    assert digits.sample(3)[0].max() > 7 and digits.sample(3)[1].tolist() == [5, 0, 4]


def test_a_sample_is_the_beginning_of_the_set() -> None:
    (x_train, _), (x_test, y_test) = digits.load()
    assert np.array_equal(digits.sample(5)[0], x_train[:5])
    images, labels = digits.sample(7, of="test")
    assert np.array_equal(images, x_test[:7]) and np.array_equal(labels, y_test[:7])


def test_missing(tmp_path: Path) -> None:
    assert "is missing" in broken(tmp_path / "mnist.npz")


@pytest.mark.parametrize("size", [0, 1, 1000, 5_000_000, 11_266_000])
def test_truncated(tmp_path: Path, size: int) -> None:
    path = tmp_path / "mnist.npz"
    path.write_bytes((EXERCISES / "mnist.npz").read_bytes()[:size])
    assert "cannot be read: it is damaged" in broken(path)


def test_one_byte_changed(tmp_path: Path) -> None:
    path = tmp_path / "mnist.npz"
    contents = bytearray((EXERCISES / "mnist.npz").read_bytes())
    contents[4_000_000] ^= 0xFF
    path.write_bytes(contents)
    assert "damaged" in broken(path)


def test_one_pixel_changed(tmp_path: Path) -> None:
    images = digits.load()[0][0]
    images[59999, 14, 14] ^= 1
    message = broken(save(tmp_path / "mnist.npz", x_train=images))
    assert "its x_train is not MNIST's" in message


def test_labels_exchanged_between_equal_shapes(tmp_path: Path) -> None:
    labels = digits.load()[0][1][::-1].copy()
    assert "its y_train is not MNIST's" in broken(save(tmp_path / "mnist.npz", y_train=labels))


def test_another_shape(tmp_path: Path) -> None:
    images = digits.load()[1][0].reshape(10000, 784)
    message = broken(save(tmp_path / "mnist.npz", x_test=images))
    assert "another file: its x_test is an array of shape (10000, 784)" in message
    assert "expected shape (10000, 28, 28)" in message


def test_an_array_that_is_not_there(tmp_path: Path) -> None:
    assert "y_test" in broken(save(tmp_path / "mnist.npz", y_test=np.zeros(0)))


def test_an_html_page_saved_under_that_name(tmp_path: Path) -> None:
    path = tmp_path / "mnist.npz"
    path.write_text("<!DOCTYPE html><title>Sign in</title>" * 50)
    assert "another file" in broken(path)


def test_pickled_objects_are_refused_and_not_run(tmp_path: Path) -> None:
    class Trap:
        def __reduce__(self) -> tuple[object, ...]:
            return Path.touch, (tmp_path / "sprung",)

    path = save(tmp_path / "mnist.npz", y_train=np.array([Trap()], dtype=object))
    broken(path)
    assert not (tmp_path / "sprung").exists()


def test_a_folder_of_that_name(tmp_path: Path) -> None:
    assert "cannot be read" in broken(tmp_path)


def test_the_module_needs_numpy_only(tmp_path: Path) -> None:
    """The grader's checker imports it without matplotlib, Otter or TensorFlow."""
    shutil.copy(EXERCISES / "digits.py", tmp_path)
    code = "import sys, digits; print(sorted({'matplotlib', 'otter', 'tensorflow'} & set(sys.modules)))"
    assert subprocess.check_output([sys.executable, "-c", code], cwd=tmp_path, text=True).strip() == "[]"
