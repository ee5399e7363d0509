"""Tables of pandas, dates and arrays of objects cross as data, of listed kinds only; what lies is refused."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pytest

from autograder.bridge import records, revival, tables, wire
from autograder.bridge.arguments import update
from autograder.bridge.exports import Exporter, StayingObjects

pytestmark = pytest.mark.fast


def there_and_back(value: object) -> Any:
    """What the other side makes of it."""
    message = b"".join(bytes(piece) for piece in wire.encode(value, Exporter(StayingObjects()).record))
    return records.replace_records(wire.decode(message), lambda record: record if isinstance(record, records.Thing)
                                   else revival.revive(record))


DAYS = pd.date_range("2024-02-28", periods=3)

SERIES = {
    "whole numbers": pd.Series([1, 2, 3], name="n"),
    "small numbers": pd.Series([1, 2], dtype="uint8"),
    "floats": pd.Series([1.5, np.nan], index=["a", "b"]),
    "booleans": pd.Series([True, False]),
    "complex": pd.Series([1j]),
    "strings": pd.Series(["a", None, "", "ü\U0001f600"]),
    "strings with NA": pd.Series(["a", pd.NA], dtype="string"),
    "objects": pd.Series(["a", 1, None, 2.5, (1, 2), [1], {"k": Decimal("1.0")}, datetime.date(2024, 1, 2), pd.NaT],
                         dtype=object),
    "dates": pd.Series(DAYS),
    "dates with a gap": pd.Series([pd.Timestamp("2024-01-01"), pd.NaT]),
    "dates in UTC": pd.Series(DAYS.tz_localize("UTC")),
    "lengths of time": pd.Series(DAYS - DAYS[0]),
    "categories": pd.Series(["a", "b", None], dtype="category"),
    "ordered categories": pd.Series(pd.Categorical(["low"], ["low", "high"], ordered=True)),
    "intervals as categories": pd.Series(pd.cut([1, 5, 9], 3)),
    "nullable": pd.Series([1, None], dtype="Int64"),
    "nullable floats": pd.Series([1.5, None], dtype="Float32"),
    "nullable booleans": pd.Series([True, None], dtype="boolean"),
    "periods": pd.Series(pd.period_range("2024-01", periods=2, freq="M")),
    "named by a pair": pd.Series([1], name=("a", 1)),
    "empty": pd.Series([], dtype=float),
}

INDEXES = {
    "range": pd.RangeIndex(2, 12, 3, name="r"),
    "numbers": pd.Index([3, 1]),
    "words": pd.Index(["a", "b"], name="w"),
    "objects": pd.Index([1, "a"], dtype=object),
    "days": DAYS,
    "hours": pd.timedelta_range("1h", periods=2, freq="h"),
    "two levels": pd.MultiIndex.from_tuples([("a", 1), ("a", 2), ("b", 1)], names=["x", None]),
    "categories": pd.CategoricalIndex(["a", "b", "a"]),
    "intervals": pd.interval_range(0, 3),
    "periods": pd.period_range("2024Q1", periods=2, freq="Q-DEC"),
}


@pytest.mark.parametrize("name", SERIES)
def test_a_series_arrives_as_it_is(name: str) -> None:
    arrived = there_and_back(SERIES[name])
    assert type(arrived) is pd.Series
    pd.testing.assert_series_equal(arrived, SERIES[name])


@pytest.mark.parametrize("name", INDEXES)
def test_an_index_arrives_as_it_is(name: str) -> None:
    index = INDEXES[name]
    arrived = there_and_back(index)
    assert type(arrived) is type(index) and getattr(arrived, "freq", None) == getattr(index, "freq", None)
    pd.testing.assert_index_equal(arrived, index)
    labeled = pd.Series(range(len(index)), index)
    pd.testing.assert_series_equal(there_and_back(labeled), labeled)


@pytest.mark.parametrize("frame", [
    pd.DataFrame({"city": ["Oslo", "Rome"], "count": [3, 5], "day": DAYS[:2], "open": [True, False]}),
    pd.DataFrame([[1, 2], [3, 4]], columns=["a", "a"], index=["x", "y"]),
    pd.DataFrame(np.arange(6.0).reshape(2, 3)),
    pd.DataFrame({"g": ["a", "a", "b"], "n": [1, 2, 3]}).groupby("g").agg(["sum", "mean"]),
    pd.DataFrame(columns=["a"]),
    pd.DataFrame(index=[1, 2]),
])  # fmt: skip
def test_a_table_arrives_as_it_is(frame: pd.DataFrame) -> None:
    arrived = there_and_back(frame)
    assert type(arrived) is pd.DataFrame
    pd.testing.assert_frame_equal(arrived, frame)
    arrived["another"] = 0  # it can be changed


@pytest.mark.parametrize("value", [
    pd.Timestamp("2024-02-29 12:00"), pd.Timestamp("2024-02-29", tz="UTC"), pd.Timedelta("1h"), pd.Interval(1, 2),
    pd.Period("2024-02", "M"), np.datetime64("2024-02-29"), np.datetime64("NaT", "s"), np.timedelta64(3, "h"),
])  # fmt: skip
def test_a_moment_arrives_as_it_is(value: Any) -> None:
    arrived = there_and_back(value)
    assert type(arrived) is type(value) and (arrived == value or np.isnat(arrived))
    assert getattr(arrived, "dtype", None) == getattr(value, "dtype", None)


def test_what_is_missing_is_the_same_object() -> None:
    assert there_and_back([pd.NaT, pd.NA])[0] is pd.NaT and there_and_back(pd.NA) is pd.NA


@pytest.mark.parametrize("array", [
    np.array(["2024-02-28", "2024-02-29"], "datetime64[D]"), np.array([[1, 2]], "timedelta64[ms]").T,
    np.array([1, "a", None, [1, 2], (3,)], object), np.empty((0, 3), object), np.array([["a"], ["b"]], object),
])  # fmt: skip
def test_an_array_of_dates_or_objects_arrives_as_it_is(array: np.ndarray) -> None:
    arrived = there_and_back(array)
    assert arrived.dtype == array.dtype and arrived.shape == array.shape and arrived.tolist() == array.tolist()


def test_classes_and_the_module_are_ours() -> None:
    assert there_and_back([pd, pd.Series, pd.DataFrame, pd.Timestamp]) == [pd, pd.Series, pd.DataFrame, pd.Timestamp]


def test_a_table_that_was_changed_in_place_is_changed_for_the_test() -> None:
    frame, other = pd.DataFrame({"a": [1, 2]}), pd.DataFrame({"b": [3]}, index=["x"])
    assert update(frame, other) is frame
    pd.testing.assert_frame_equal(frame, other)


# --- what does not cross ------------------------------------------------------------------------------------------


class Mine(pd.Series):
    """A class that says it equals everything."""

    def __eq__(self, other: object) -> Any:
        return True


class Text(str):
    """Likewise."""

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        return True

    __hash__ = str.__hash__


@pytest.mark.parametrize("value", [
    Mine([1]),
    pd.Series([object()], dtype=object),
    pd.Series([print], dtype=object),
    pd.Series([Text("a")], dtype=object),
    pd.Series([[object()]], dtype=object),
    pd.Series([1], name=Text("a")),
    pd.Series([1], index=pd.Index([Text("a")], dtype=object)),
    pd.DataFrame({"a": [object()]}),
    pd.Series(pd.date_range("2024", periods=2, tz="Europe/Oslo")),
    pd.Series(pd.arrays.SparseArray([0, 1])),
    pd.Series(pd.Categorical.from_codes([0], categories=range(tables.MAX_LEVEL + 1))),
    np.array([object()]),
    np.zeros(1, "datetime64[7D]"),
    np.zeros(1, [("a", int)]),
], ids=lambda value: type(value).__name__)  # fmt: skip
def test_what_is_not_listed_stays_where_it_is(value: object) -> None:
    assert isinstance(there_and_back(value), records.Thing)


NUMBERS = np.zeros(2, np.int64)
INDEX = records.Value("pandas.RangeIndex", (0, 2, 1, None))
HUGE = records.Value("pandas.RangeIndex", (0, tables.MAX_LEVEL + 1, 1, None))
WORDS = records.Value("pandas.strings", ("python", "nan", "ab", np.array([1, 1])))
TWO_LEVELS = records.Value("pandas.MultiIndex", ((INDEX,), (NUMBERS,), (None,)))
FUNCTION = records.Function(0, "f", "", None)


def moment(kind: str, number: int) -> records.Value:
    return records.Value("numpy.date", (kind, "s", number))


LIES = {
    "numpy.dates": [("M", "D", np.zeros(2)), ("M", "D]|O", NUMBERS), ("O", "D", NUMBERS), ("M", "D", NUMBERS, 1),
                    ["M", "D", NUMBERS]],
    "numpy.date": [("M", "D", 1 << 70), ("M", "generic", 1), ("M", "D", True)],
    "numpy.objects": [((2,), [1]), ((1 << 60, 0), []), ((-1,), []), ((1,), [FUNCTION]), ((1,), [[FUNCTION]]),
                      ((1,), [{1: FUNCTION}]), ((1,), (1,)), ([1], [1]), ((0,) * 20, [])],
    "pandas.missing": ["io", "NaT.__class__", 3],
    "pandas.Timestamp": [(NUMBERS, False), (moment("M", -(1 << 63)), False), (moment("M", 1), 1)],
    "pandas.Timedelta": [3, moment("M", 1), moment("m", -(1 << 63))],
    "pandas.Interval": [(1, 2, "outside"), (2, 1, "left"), ([], [1], "left")],
    "pandas.Period": [(1, "7X"), (1 << 70, "D"), (1, "D; import os"), (1, "10000D"), (True, "D")],
    "pandas.RangeIndex": [(0, 1 << 40, 1, None), (0, 1, 0, None), (0, 1.0, 1, None), (0, 1, 1, []),
                          (0, True, 1, None)],
    "pandas.Index": [(NUMBERS.reshape(1, 2), None, None), (FUNCTION, None, None), (NUMBERS, "D", None),
                     (np.array(["a"]), None, None), (NUMBERS, None, FUNCTION), (np.zeros(2, "float16"), None, None)],
    "pandas.MultiIndex": [((INDEX,), (np.array([5]),), (None,)), ((INDEX,), (NUMBERS, NUMBERS), (None,)), ((), (), ()),
                          ((HUGE,), (NUMBERS,), (None,)), ((INDEX,), (np.array([-9]),), (None,)),
                          (INDEX, NUMBERS, None), ((INDEX,), [NUMBERS], (None,)), ((INDEX,), (np.zeros(2),), (None,)),
                          ((TWO_LEVELS,), (NUMBERS,), (None,))],
    "pandas.Series": [(INDEX, np.zeros(3), None), (NUMBERS, NUMBERS, None), (INDEX, [1, 2], None),
                      (INDEX, np.array(["a", "b"]), None), (INDEX, NUMBERS, {})],
    "pandas.DataFrame": [(INDEX, INDEX, (NUMBERS,)), (INDEX, INDEX, (NUMBERS, np.zeros(3))),
                         (INDEX, INDEX, [NUMBERS] * 2), (INDEX, INDEX, (NUMBERS, FUNCTION))],
    "pandas.Categorical": [(np.array([7, 0]), INDEX, False), (NUMBERS, HUGE, False), (NUMBERS, [1, 2], False),
                           (NUMBERS, INDEX, 1), (np.array([-2, 0]), INDEX, False),
                           (np.zeros(2, np.int8), INDEX, False)],
    "pandas.intervals": [(INDEX, HUGE, "left"), (INDEX, INDEX, "no"), (NUMBERS, NUMBERS, "left")],
    "pandas.periods": [(NUMBERS, "month"), (np.zeros(2), "M"), (NUMBERS.reshape(1, 2), "M")],
    "pandas.strings": [("python", "nan", "ab", np.array([1])), ("python", "nan", "ab", np.array([3, -1])),
                       ("os", "nan", "", NUMBERS), ("python", "nan", "ab", np.array([-2, 2])),
                       ("python", "x", "", NUMBERS), ("python", "nan", "", np.zeros(1)),
                       ("python", "nan", "a", np.array([1 << 62, 1])), ("python", "nan", b"ab", np.array([1, 1]))],
    "pandas.nullable": [("Int64", np.zeros(2), np.zeros(2, bool)), ("Int64", NUMBERS, np.zeros(3, bool)),
                        ("object", NUMBERS, np.zeros(2, bool)), ("Int64", NUMBERS, NUMBERS),
                        ("Int8", NUMBERS, np.zeros(2, bool))],
    "pandas.utc": [NUMBERS, WORDS],
    "pandas.eval": ["1"],
    "pandas.read_pickle": ["x"],
}  # fmt: skip


def test_every_kind_has_its_lies() -> None:
    assert tables.MAKERS.keys() <= LIES.keys()


@pytest.mark.parametrize(("kind", "content"), [(kind, content) for kind, lies in LIES.items() for content in lies],
                         ids=str)
def test_what_lies_is_refused(kind: str, content: Any) -> None:
    """A cell runner may send any record; functions stay functions of the other side until all is made."""
    def new(record: Any) -> Any:
        return record if isinstance(record, records.Function) else revival.revive(record)

    with pytest.raises(wire.WireError):
        records.replace_records(records.Value(kind, content), new)


@pytest.mark.parametrize("name", ["pandas.read_pickle", "pandas.io", "pandas.Series.__init__", "os.Series"])
def test_only_listed_names_are_looked_up(name: str) -> None:
    with pytest.raises(wire.WireError):
        revival.revive(records.TypeName("type", name))
    assert revival.kind(name) is None


def test_a_text_of_no_whole_characters_keeps_its_place() -> None:
    values = np.array(["a", "\udc80b", "c"], object)
    column = pd.Series(pd.array(values, dtype=pd.StringDtype("python", na_value=np.nan)))
    assert there_and_back(column).tolist() == ["a", "\\udc80b", "c"]
