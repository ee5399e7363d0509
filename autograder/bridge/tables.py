"""Both sides: turns tables of pandas, dates of NumPy and arrays of objects into records and back, out of closed lists.

A table crosses as the arrays in it. Each array is of a kind that is listed here, each class, dtype, unit and frequency
has its name on a list, and what an array of objects may hold is a list of types. Nothing else crosses: inside, `record`
returns None, and the session keeps the value where it is; outside, a maker refuses a record that does not fit.

Nothing here imports, looks up or calls anything by a name that is not on a list, and no method of a value is called
outside before the value is built again. Outside imports pandas only for a table, or for a test that names it.
"""

from __future__ import annotations

import datetime
import decimal
import fractions
import importlib
import importlib.util
import math
import re
import sys
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from autograder.bridge import records, wire

MAX_STRINGS = 4_000_000
"""Strings in one column: each becomes an object of its own when the column is built again."""

MAX_LEVEL = wire.MAX_KEYS
"""Categories of a column, and labels of one level of an index: they are hashed when they are built again."""

UNITS = ("Y", "M", "W", "D", "h", "m", "s", "ms", "us", "ns", "ps", "fs", "as")
TABLE_UNITS = ("s", "ms", "us", "ns")
"""Units of dates: those of NumPy, and those of pandas."""

CLOSED = ("left", "right", "both", "neither")

_DAYS, _MONTHS = "SUN|MON|TUE|WED|THU|FRI|SAT", "JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|OCT|NOV|DEC"
FREQUENCY = re.compile(rf"(?:[1-9]\d{{0,3}})?(?:D|B|h|min|s|ms|us|ns|M|MS|ME|W-(?:{_DAYS})"
                       rf"|(?:Q|QS|QE|Y|YS|YE)-(?:{_MONTHS}))")
"""The step of an index, or of periods: a number, and a name out of these."""

CLASSES = frozenset({
    "Series", "DataFrame", "Index", "RangeIndex", "DatetimeIndex", "TimedeltaIndex", "CategoricalIndex",
    "IntervalIndex", "PeriodIndex", "MultiIndex", "Categorical", "Timestamp", "Timedelta", "Interval", "Period",
})  # fmt: skip
"""Classes of pandas that a test may get from a notebook, or compare a type with."""

NULLABLE = {
    **{f"{sign}Int{bits}": np.dtype(f"{sign.lower()}int{bits}") for sign in ("", "U") for bits in (8, 16, 32, 64)},
    "Float32": np.dtype("float32"),
    "Float64": np.dtype("float64"),
    "boolean": np.dtype("bool"),
}
"""dtypes of pandas with a mask: name -> the dtype of the values."""

_PLAIN = (type(None), bool, int, float, complex, str, bytes, datetime.date, datetime.time, datetime.datetime,
          datetime.timedelta, decimal.Decimal, fractions.Fraction)
_NUMPY = (*(np.dtype(kind).type for kind in "?bhilqBHILQefdFD"), np.datetime64, np.timedelta64, np.str_, np.bytes_)
_CONTAINERS = (list, tuple, set, frozenset)
_IN_TABLES = ("Timestamp", "Timedelta", "Interval", "Period")


class _CannotCross(Exception):
    """A value, or a part of it, is not on the lists."""


def pandas() -> Any:
    """Returns pandas, and imports it if necessary.

    Raises:
        WireError: it is not installed.
    """
    try:
        return importlib.import_module("pandas")
    except ImportError:
        raise wire.WireError("there is no pandas on this side") from None


def _loaded() -> Any:
    """Returns pandas if it is already imported: without it no value can come from it."""
    return sys.modules.get("pandas")


# --- values to records -------------------------------------------------------------------------------------------


def record(value: Any) -> records.Value | None:
    """Returns the record of a value of pandas, a date of NumPy or an array of objects; None if it may not cross."""
    kind = type(value)
    try:
        numpy = kind is np.ndarray or kind in (np.datetime64, np.timedelta64)
        if not numpy and str(kind.__module__).partition(".")[0] != "pandas":
            return None
        return _array_record(value) if kind is np.ndarray else _record(value)
    except MemoryError:
        raise
    except Exception:  # `_CannotCross`; or an array of a kind that nobody thought of, and it stays where it is
        return None


def _record(value: Any) -> records.Value:
    pd, kind = _loaded(), type(value)
    if kind in (np.datetime64, np.timedelta64):
        return records.Value("numpy.date", (value.dtype.kind, _unit(value.dtype), int(value.astype(np.int64))))
    if pd is None:
        raise _CannotCross
    if value is pd.NaT or value is pd.NA:
        return records.Value("pandas.missing", "NaT" if value is pd.NaT else "NA")
    if kind is pd.Timestamp:
        return records.Value("pandas.Timestamp", (_record(value.asm8), _is_utc(value.tz)))
    if kind is pd.Timedelta:
        return records.Value("pandas.Timedelta", _record(value.asm8))
    if kind is pd.Interval:
        return records.Value("pandas.Interval", (_element(value.left), _element(value.right), value.closed))
    if kind is pd.Period:
        return records.Value("pandas.Period", (int(value.ordinal), _frequency(value.freqstr)))
    if kind is pd.Series:
        return records.Value("pandas.Series", (_index(value.index), _column(value.array), _element(value.name)))
    if kind is pd.DataFrame:
        columns = tuple(_column(value.iloc[:, number].array) for number in range(value.shape[1]))
        return records.Value("pandas.DataFrame", (_index(value.index), _index(value.columns), columns))
    if isinstance(value, pd.Index):
        return _index(value)
    return _column(value)


def _index(value: Any) -> records.Value:
    pd, kind = _loaded(), type(value)
    if kind is pd.RangeIndex:
        return records.Value("pandas.RangeIndex", (value.start, value.stop, value.step, _element(value.name)))
    if kind is pd.MultiIndex:
        if any(len(level) > MAX_LEVEL for level in value.levels):
            raise _CannotCross
        codes = tuple(np.asarray(codes, np.int64) for codes in value.codes)
        names = tuple(_element(name) for name in value.names)
        return records.Value("pandas.MultiIndex", (tuple(map(_index, value.levels)), codes, names))
    if getattr(pd, kind.__name__, None) is not kind or kind.__name__ not in CLASSES:
        raise _CannotCross
    freq = getattr(value, "freqstr", None) if kind in (pd.DatetimeIndex, pd.TimedeltaIndex) else None
    steps = freq if type(freq) is str and FREQUENCY.fullmatch(freq) else None
    return records.Value("pandas.Index", (_column(value.array), steps, _element(value.name)))


def _column(array: Any) -> Any:
    """Returns the record of an array of pandas, or a plain array."""
    pd, kind = _loaded(), type(array)
    dtype = array.dtype
    if kind is pd.Categorical:
        if len(array.categories) > MAX_LEVEL:
            raise _CannotCross
        return records.Value("pandas.Categorical", (np.asarray(array.codes, np.int64), _index(array.categories),
                                                    bool(array.ordered)))
    if kind is pd.arrays.IntervalArray:
        return records.Value("pandas.intervals", (_index(array.left), _index(array.right), array.closed))
    if kind is pd.arrays.PeriodArray:
        return records.Value("pandas.periods", (np.asarray(array.asi8), _frequency(array.freqstr)))
    if isinstance(dtype, pd.StringDtype):
        return _strings_record(array)
    if type(dtype).__name__.removesuffix("Dtype") in ("Boolean", *NULLABLE) and dtype.name in NULLABLE:
        plain = NULLABLE[dtype.name]
        return records.Value("pandas.nullable", (dtype.name, array.to_numpy(plain, na_value=plain.type(0)),
                                                 np.asarray(array.isna())))
    if kind is pd.arrays.DatetimeArray and getattr(dtype, "tz", None) is not None:
        if not _is_utc(dtype.tz):
            raise _CannotCross
        return records.Value("pandas.utc", _array_record(array.tz_localize(None).to_numpy()))
    if kind in (pd.arrays.NumpyExtensionArray, pd.arrays.DatetimeArray, pd.arrays.TimedeltaArray):
        plain_array = array.to_numpy()
        if plain_array.dtype.kind in "biufc" and plain_array.dtype.char in wire.ARRAY_KINDS:
            return np.array(plain_array, subok=False)
        return _array_record(plain_array)
    raise _CannotCross


def _strings_record(array: Any) -> records.Value:
    values = list(array.to_numpy(object, na_value=None))
    if len(values) > MAX_STRINGS:
        raise _CannotCross
    # Lone surrogates would cross as other text, of another length.
    texts = ["" if text is None else str.__str__(text).encode("utf-8", "backslashreplace").decode() for text in values]
    lengths = np.array([-1 if text is None else len(made) for text, made in zip(values, texts, strict=True)], np.int64)
    na = "NA" if array.dtype.na_value is _loaded().NA else "nan"
    return records.Value("pandas.strings", (array.dtype.storage, na, "".join(texts), lengths))


def _array_record(array: np.ndarray) -> records.Value:
    if array.dtype.kind in "Mm":
        return records.Value("numpy.dates", (array.dtype.kind, _unit(array.dtype), array.view(np.int64)
                                             if array.dtype.isnative else array.astype(np.int64)))
    if array.dtype.kind == "O" and array.size <= wire.MAX_ITEMS:
        return records.Value("numpy.objects", (array.shape, [_element(value) for value in array.ravel()]))
    raise _CannotCross


def _element(value: Any, depth: int = 0) -> Any:
    """Returns an element of an array of objects, or a name, in the form in which it crosses."""
    kind = type(value)
    if depth > wire.MAX_DEPTH:
        raise _CannotCross
    if kind in _CONTAINERS:
        return kind(_element(one, depth + 1) for one in value)
    if kind is dict:
        return {_element(key, depth + 1): _element(one, depth + 1) for key, one in value.items()}
    if kind is np.ndarray:
        return value if value.dtype.char in wire.ARRAY_KINDS else _array_record(value)
    if kind in (np.datetime64, np.timedelta64):
        return _record(value)
    if kind in _PLAIN or kind in _NUMPY:
        if getattr(value, "tzinfo", None) is not None:
            raise _CannotCross
        return value
    pd = _loaded()
    if pd is not None and (value is pd.NaT or value is pd.NA or kind in [getattr(pd, name) for name in _IN_TABLES]):
        return _record(value)
    raise _CannotCross


def _unit(dtype: np.dtype) -> str:
    unit, count = np.datetime_data(dtype)
    if unit not in UNITS or count != 1:
        raise _CannotCross
    return unit


def _frequency(text: Any) -> str:
    if type(text) is not str or not FREQUENCY.fullmatch(text):
        raise _CannotCross
    return text


def _is_utc(zone: Any) -> bool:
    """Returns whether it is UTC; False for none. Raises `_CannotCross` for any other."""
    if zone is not None and str(zone) != "UTC":
        raise _CannotCross
    return zone is not None


# --- records to values -------------------------------------------------------------------------------------------


def _require(condition: bool, rule: str) -> None:
    """Raises `ValueError` with the rule that a record breaks: what it must be."""
    if not condition:
        raise ValueError(rule)


def _parts(content: Any, number: int) -> Any:
    """Returns the parts of a record that has so many."""
    _require(type(content) is tuple and len(content) == number, f"it must have {number} parts")
    return content


def _is_element(value: Any, depth: int = 0) -> bool:
    """Returns whether an array of objects may hold this value."""
    kind = type(value)
    if kind in _CONTAINERS:
        return depth <= wire.MAX_DEPTH and all(_is_element(one, depth + 1) for one in value)
    if kind is dict:
        return depth <= wire.MAX_DEPTH and all(_is_element(one, depth + 1) for pair in value.items() for one in pair)
    if kind in _PLAIN or kind in _NUMPY or kind is np.ndarray:
        return True
    pd = _loaded()
    return pd is not None and (value is pd.NaT or value is pd.NA or
                               kind in [getattr(pd, name) for name in _IN_TABLES])


def _name(value: Any) -> Any:
    _require(_is_element(value), "a name must be plain data")
    hash(value)
    return value


def _numbers(value: Any, kinds: str = "i") -> np.ndarray:
    """Returns a flat array of whole numbers of 64 bits, or of numbers of these kinds; refuses any other value."""
    _require(type(value) is np.ndarray and value.ndim == 1 and value.dtype.kind in kinds,
             f"its numbers must be a flat array of {kinds}")
    _require(kinds != "i" or value.dtype == np.int64, "its numbers must have 64 bits")
    return value


def _listed(value: Any, names: Sequence[str]) -> str:
    _require(type(value) is str and value in names, f"it must be one of {', '.join(names)}")
    return str(value)


def _date_type(kind: Any, unit: Any) -> np.dtype:
    return np.dtype(f"{_listed(kind, 'Mm')}8[{_listed(unit, UNITS)}]")


def _dates(content: Any) -> np.ndarray:
    kind, unit, numbers = _parts(content, 3)
    _require(type(numbers) is np.ndarray and numbers.dtype == np.int64, "dates must be counted in whole numbers")
    return numbers.view(_date_type(kind, unit))


def _date(content: Any) -> Any:
    kind, unit, number = _parts(content, 3)
    _require(type(number) is int, "a date must be counted in whole numbers")
    return np.array(number, np.int64).view(_date_type(kind, unit))[()]


def _objects(content: Any) -> np.ndarray:
    shape, elements = _parts(content, 2)
    _require(type(shape) is tuple and all(type(length) is int and length >= 0 for length in shape),
             "a shape must be whole numbers")
    _require(len(shape) <= wire.MAX_DIMENSIONS and wire.extent(np.dtype(object), shape) <= wire.MAX_ARRAYS,
             "it must not be larger than what may cross")
    _require(type(elements) is list and math.prod(shape) == len(elements), "it must hold as much as its shape says")
    _require(all(map(_is_element, elements)), "it must hold plain data")
    array = np.empty(len(elements), object)
    for number, element in enumerate(elements):  # all at once, NumPy would look into them
        array[number] = element
    return array.reshape(shape)


def _missing(content: Any) -> Any:
    return getattr(pandas(), _listed(content, ("NaT", "NA")))


def _timestamp(content: Any) -> Any:
    date, utc = _parts(content, 2)
    _require(type(date) is np.datetime64 and type(utc) is bool, "it must be a moment")
    moment = pandas().Timestamp(date)
    _require(type(moment) is pandas().Timestamp, "it must be a moment")
    return moment.tz_localize("UTC") if utc else moment


def _timedelta(content: Any) -> Any:
    _require(type(content) is np.timedelta64, "it must be a length of time")
    made = pandas().Timedelta(content)
    _require(type(made) is pandas().Timedelta, "it must be a length of time")
    return made


def _interval(content: Any) -> Any:
    left, right, closed = _parts(content, 3)
    _require(_is_element(left) and _is_element(right), "its ends must be plain data")
    return pandas().Interval(left, right, _listed(closed, CLOSED))


def _steps(text: Any) -> str:
    _require(type(text) is str and FREQUENCY.fullmatch(text) is not None, "its frequency must be one of pandas'")
    return str(text)


def _period(content: Any) -> Any:
    ordinal, freq = _parts(content, 2)
    _require(type(ordinal) is int and abs(ordinal) < 1 << 62, "a period must be counted in whole numbers")
    return pandas().Period(ordinal=ordinal, freq=_steps(freq))


def _range_index(content: Any) -> Any:
    start, stop, step, name = _parts(content, 4)
    _require(all(type(number) is int and abs(number) < 1 << 62 for number in (start, stop, step)) and step != 0,
             "a range must be of whole numbers")
    _require(len(range(start, stop, step)) * 8 <= wire.MAX_ARRAYS, "a range must not be longer than what may cross")
    return pandas().RangeIndex(start, stop, step, name=_name(name))


def _flat(column: Any) -> Any:
    """Returns an array of pandas or of NumPy, from which a column or an index can be made."""
    pd = pandas()
    listed = (pd.Categorical, pd.arrays.IntervalArray, pd.arrays.PeriodArray, pd.arrays.DatetimeArray,
              pd.arrays.IntegerArray, pd.arrays.FloatingArray, pd.arrays.BooleanArray)
    if type(column) in listed or isinstance(getattr(column, "dtype", None), pd.StringDtype):
        return column
    _require(type(column) is np.ndarray and column.ndim == 1 and column.dtype.kind in "biufcMmO",
             "a column must be a flat array of numbers, dates or objects")
    if column.dtype.kind in "Mm":
        _require(np.datetime_data(column.dtype)[0] in TABLE_UNITS,
                 f"dates of pandas must be counted in {', '.join(TABLE_UNITS)}")
    return column


def _pandas_index(content: Any) -> Any:
    column, steps, name = _parts(content, 3)
    array = _flat(column)
    index = pandas().Index(array, dtype=array.dtype, name=_name(name))
    if steps is not None:
        _require(isinstance(index, pandas().DatetimeIndex | pandas().TimedeltaIndex), "only dates may have steps")
        index.freq = _steps(steps)
    return index


def _multi_index(content: Any) -> Any:
    levels, codes, names = _parts(content, 3)
    pd = pandas()
    _require(all(type(part) is tuple for part in content) and 0 < len(levels) == len(codes) == len(names) <= 100,
             "it must have levels, with codes and a name each")
    _require(all(_is_index(level) and not isinstance(level, pd.MultiIndex) for level in levels),
             "its levels must be indexes")
    _require(all(len(level) <= MAX_LEVEL for level in levels), f"a level must have at most {MAX_LEVEL} values")
    _require(len({len(_numbers(one)) for one in codes}) == 1, "its levels must have one length")
    return pd.MultiIndex(list(levels), list(codes), names=[_name(name) for name in names], verify_integrity=True)


def _is_index(value: Any) -> bool:
    pd = pandas()
    return isinstance(value, pd.Index) and getattr(pd, type(value).__name__, None) is type(value)


def _series(content: Any) -> Any:
    index, column, name = _parts(content, 3)
    array = _flat(column)
    _require(_is_index(index) and len(index) == len(array), "it must have an index of its length")
    return pandas().Series(array, index=index, dtype=array.dtype, name=_name(name))


def _frame(content: Any) -> Any:
    index, titles, columns = _parts(content, 3)
    _require(_is_index(index) and _is_index(titles) and type(columns) is tuple, "it must have rows and columns")
    _require(len(titles) == len(columns), "each column must have a title")
    pd = pandas()
    arrays = [_flat(column) for column in columns]
    _require(all(len(array) == len(index) for array in arrays), "all columns must have one length")
    frame = pd.DataFrame({number: pd.Series(array, index=index, dtype=array.dtype, copy=False)
                          for number, array in enumerate(arrays)}, index=index)
    frame.columns = titles
    return frame


def _categorical(content: Any) -> Any:
    codes, categories, ordered = _parts(content, 3)
    _require(_is_index(categories) and len(categories) <= MAX_LEVEL and type(ordered) is bool,
             "it must have categories")
    return pandas().Categorical.from_codes(_numbers(codes), categories=categories, ordered=ordered)


def _intervals(content: Any) -> Any:
    left, right, closed = _parts(content, 3)
    _require(_is_index(left) and _is_index(right) and len(left) == len(right), "intervals must have two ends")
    return pandas().arrays.IntervalArray.from_arrays(left, right, closed=_listed(closed, CLOSED))


def _periods(content: Any) -> Any:
    numbers, freq = _parts(content, 2)
    return pandas().arrays.PeriodArray(_numbers(numbers), dtype=pandas().PeriodDtype(_steps(freq)))


def _strings(content: Any) -> Any:
    storage, na, text, lengths = _parts(content, 4)
    pd = pandas()
    _require(_listed(storage, ("python", "pyarrow")) == "python" or importlib.util.find_spec("pyarrow") is not None,
             "pyarrow must be on this side")
    dtype = pd.StringDtype(storage, na_value=pd.NA if _listed(na, ("NA", "nan")) == "NA" else np.nan)
    sizes = _numbers(lengths)
    _require(len(sizes) <= MAX_STRINGS and type(text) is str, f"it must be a text of at most {MAX_STRINGS} strings")
    _require(not len(sizes) or (int(sizes.min()) >= -1 and int(sizes.max()) <= len(text)),
             "its lengths must be those of strings in the text")
    values: list[str | None] = []
    at = 0
    for size in sizes.tolist():
        values.append(None if size < 0 else text[at : at + size])
        at += max(size, 0)
    _require(at == len(text), "its strings must make up the text")
    return pd.array(values, dtype=dtype)


def _nullable(content: Any) -> Any:
    name, values, mask = _parts(content, 3)
    plain = NULLABLE[_listed(name, tuple(NULLABLE))]
    _require(_numbers(values, "biuf").dtype == plain and _numbers(mask, "b").shape == values.shape,
             "it must be values and a mask")
    arrays = pandas().arrays
    made = {"b": arrays.BooleanArray, "f": arrays.FloatingArray}.get(plain.kind, arrays.IntegerArray)
    return made(values, mask)


def _utc(content: Any) -> Any:
    array = _flat(content)
    _require(type(array) is np.ndarray and array.dtype.kind == "M", "its array must hold moments")
    return pandas().DatetimeIndex(array).tz_localize("UTC").array


MAKERS: dict[str, Callable[[Any], Any]] = {
    "numpy.dates": _dates,
    "numpy.date": _date,
    "numpy.objects": _objects,
    "pandas.missing": _missing,
    "pandas.Timestamp": _timestamp,
    "pandas.Timedelta": _timedelta,
    "pandas.Interval": _interval,
    "pandas.Period": _period,
    "pandas.RangeIndex": _range_index,
    "pandas.Index": _pandas_index,
    "pandas.MultiIndex": _multi_index,
    "pandas.Series": _series,
    "pandas.DataFrame": _frame,
    "pandas.Categorical": _categorical,
    "pandas.intervals": _intervals,
    "pandas.periods": _periods,
    "pandas.strings": _strings,
    "pandas.nullable": _nullable,
    "pandas.utc": _utc,
}
"""Kind of record -> function that builds its value again. Each raises an ordinary error for a record that does not
fit."""


# --- classes -----------------------------------------------------------------------------------------------------


def class_name(kind: type) -> str:
    """Returns the name of a class of pandas on the list; empty for any other."""
    pd = _loaded()
    name = kind.__name__
    return f"pandas.{name}" if pd is not None and name in CLASSES and getattr(pd, name, None) is kind else ""


def class_named(name: str) -> type | None:
    """Returns the class that `class_name` gave this name; None for a name that is not on the list."""
    package, _, own = name.partition(".")
    return getattr(pandas(), own) if package == "pandas" and own in CLASSES else None
