"""A stop that comes where Python drops it, or while something else fails, is still a stop."""

from __future__ import annotations

import os
import signal
import sys
import weakref
from time import monotonic, sleep

import pytest
import typer

from leadqual.cli import stopping
from leadqual.cli.guard import BAD_INPUT, FAULT, STOPPED, guarded
from leadqual.errors import InputError, Problem

pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals are sent the POSIX way")
SIGNALS = [signal.SIGINT, signal.SIGTERM]
TOLD = "Stopped. Nothing was written.\n"


class Thing:
    pass


@pytest.fixture(autouse=True)
def listening(monkeypatch):
    """Take signals as the program does, and give them back."""
    before = {number: signal.getsignal(number) for number in SIGNALS}
    soon, interrupt, begun, done = stopping._stop_soon, stopping._interrupt, [], []
    monkeypatch.setattr(stopping, "_stop_soon", lambda: begun.append(True) or soon())
    monkeypatch.setattr(stopping, "_interrupt", lambda: interrupt() or done.append(True))
    monkeypatch.setattr(sys, "unraisablehook", sys.unraisablehook)
    stopping.listen()
    yield
    stopping.leave()
    while len(done) < len(begun):  # an interruption that is still to come would meet the next test
        sleep(0.001)
    for number, handler in before.items():
        signal.signal(number, handler)
    stopping._asked.clear()


def dropped(number):
    """Send a signal where nobody can catch what it raises."""
    thing = Thing()
    watched = weakref.ref(thing, lambda _: signal.raise_signal(number))
    del thing
    assert watched() is None


def wait():
    limit = monotonic() + 60
    while monotonic() < limit:
        sleep(0.001)


def status(command, capsys):
    """Return the exit status of a command, and what it told."""
    with pytest.raises(typer.Exit) as exit_:
        guarded(command)()
    return exit_.value.exit_code, capsys.readouterr().err


@pytest.mark.parametrize("number", SIGNALS)
def test_what_was_dropped_is_raised_anew(capsys, number):
    def command():
        dropped(number)
        wait()

    assert status(command, capsys) == (STOPPED, TOLD)


@pytest.mark.parametrize("number", SIGNALS)
@pytest.mark.parametrize("error", [ValueError("half done"), InputError(Problem("unreadable-file", "half done"))])
def test_what_fails_after_a_stop_is_the_stop(capsys, number, error):
    def command():
        dropped(number)
        raise error

    assert status(command, capsys) == (STOPPED, TOLD)


def test_without_a_stop_errors_are_what_they_are(capsys):
    def fail(error):
        raise error

    assert status(lambda: fail(ValueError("oh")), capsys)[0] == FAULT
    assert status(lambda: fail(InputError(Problem("unreadable-file", "oh"))), capsys)[0] == BAD_INPUT
    assert status(lambda: fail(typer.Exit(1)), capsys)[0] == 1


def test_what_is_cleared_away_is_not_interrupted_anew(capsys):
    cleared = []

    def command():
        try:
            dropped(signal.SIGTERM)
            raise ValueError("half done")
        finally:
            signal.raise_signal(signal.SIGINT)
            sleep(5 * stopping._SOON)
            cleared.append(True)

    assert status(command, capsys) == (STOPPED, TOLD)
    assert cleared == [True]


def test_a_command_that_is_over_has_its_status(capsys):
    guarded(lambda: None)()
    for number in SIGNALS:
        signal.raise_signal(number)
    sleep(2 * stopping._SOON)
    assert capsys.readouterr().err == ""


def test_other_things_that_cannot_be_raised_are_told_as_ever(capsys):
    def fail(_):
        raise ValueError("oh no")

    thing = Thing()
    watched = weakref.ref(thing, fail)
    del thing
    assert watched() is None
    assert "ValueError: oh no" in capsys.readouterr().err
