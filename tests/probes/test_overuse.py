"""`autograder doctor` tries every limit, and notices one that does not hold."""

from __future__ import annotations

import dataclasses

import pytest

from autograder.probes import doctor, overuse
from autograder.sandbox.limits import Limits

LOOSE = Limits(processes=20_000, started=1_000_000, orphans=1_000_000)


def test_every_limit_is_tried_and_holds(level):
    assert [(what, how) for what, held, how in overuse.tried(level) if not held] == []


@pytest.mark.levels("full")
def test_a_limit_that_does_not_hold_is_noticed(level, monkeypatch):
    """Sandboxes that may use much; all but the trials of the clock, which is the session's."""
    trials = [dataclasses.replace(trial, limits=LOOSE, seconds=1)
              for trial in overuse.TRIALS if trial.seconds == overuse.SECONDS]
    assert len(trials) == len(overuse.TRIALS) - 2
    monkeypatch.setattr(overuse, "TRIALS", trials)
    assert [what for what, held, _ in overuse.tried(level) if held] == []


def test_doctor_says_when_a_limit_does_not_hold(capsys, monkeypatch):
    monkeypatch.setattr(doctor, "try_level", lambda level: [])
    monkeypatch.setattr(overuse, "tried", lambda level: iter([("output", False, "10 characters came")]))
    assert doctor.report() == 1
    assert "10 characters came" in capsys.readouterr().out
