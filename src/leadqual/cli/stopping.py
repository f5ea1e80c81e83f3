"""Being stopped, by ctrl-C or by SIGTERM, wherever in the work it comes.

Python raises the interruption at whatever line is running. Where that line was called by something that cannot pass
exceptions on, such as the callback of a weak reference, Python drops it with a remark on the standard error, and what
it left half done may then fail in a way of its own. So a stop is remembered: an interruption that was dropped is raised
anew, and an error after a stop was asked for counts as that stop.
"""

from __future__ import annotations

import _thread
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from time import sleep
from types import FrameType
from typing import TYPE_CHECKING, Final

import typer

if TYPE_CHECKING:
    from sys import UnraisableHookArgs

_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM)
_SOON: Final = 0.02  # seconds
_asked: Final[list[int]] = []  # the signals that came; adding one needs no lock, which a signal must not wait for


def listen() -> None:
    """Take both signals as the wish to stop, from now on."""
    _asked.clear()
    for number in _SIGNALS:
        signal.signal(number, _stop)
    sys.unraisablehook = _hear_dropped


def leave() -> None:
    """Take no more signals, for the command is over: all that is left is to end with its status."""
    for number in _SIGNALS:
        if signal.getsignal(number) is _stop:
            signal.signal(number, signal.SIG_IGN)  # while it ends, Python itself would let a signal take the status


@contextmanager
def stoppable() -> Iterator[None]:
    """Raise `KeyboardInterrupt` in place of any error that comes after a stop was asked for."""
    try:
        yield
    except typer.Exit:
        raise
    except Exception as error:
        if _asked:
            raise KeyboardInterrupt from error
        raise


def _stop(number: int, frame: FrameType | None) -> None:
    if _asked and sys.exc_info()[0] is not None:
        _stop_soon()  # what failed since the first signal is being cleared away, and that has to be finished
        return
    _asked.append(number)
    raise KeyboardInterrupt


def _hear_dropped(dropped: UnraisableHookArgs) -> None:
    if issubclass(dropped.exc_type, KeyboardInterrupt):
        _stop_soon()
    else:
        sys.__unraisablehook__(dropped)


def _stop_soon() -> None:
    _thread.start_new_thread(_interrupt, ())  # it takes no lock, unlike threading.Timer


def _interrupt() -> None:
    sleep(_SOON)  # at once would be in the same place, and dropped again
    _thread.interrupt_main()
