"""Keras models from records."""

from __future__ import annotations

from typing import Any

from autograder.sandbox import records


def rebuild(data: records.ModelData) -> Any:
    raise NotImplementedError


def rebuild_object(record: records.KerasObject) -> Any:
    raise NotImplementedError
