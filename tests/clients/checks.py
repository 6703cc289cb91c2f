"""Checks that tell what they look at: one line for each that holds, and the end of the run at the first that does not."""

import sys
import traceback
from collections.abc import Callable, Container
from typing import Any, NoReturn


def equal(sentence: str, found: Any, expected: Any) -> None:
    """`found` is `expected`."""
    _settle(sentence, found == expected, f"expected {expected!r}, found {found!r}")


def member(sentence: str, found: Any, expected: Container[Any]) -> None:
    """`found` is one of `expected`."""
    _settle(sentence, found in expected, f"expected one of {expected!r}, found {found!r}")


def that(sentence: str, holds: bool, otherwise: str) -> None:
    """`holds`; `otherwise` tells what was found instead."""
    _settle(sentence, holds, otherwise)


def refused(sentence: str, kind: type[Exception], call: Callable[[], Any]) -> Any:
    """`call` raises `kind`; gives the exception, so that its content can be looked at."""
    try:
        answer = call()
    except kind as refusal:
        _settle(sentence, True, "")
        return refusal
    return _fail(sentence, f"expected {kind.__name__}, found the answer {answer!r}")


def run(script: Callable[[str], None]) -> None:
    """Runs a script against the simulator whose address is the one argument of this program."""
    if len(sys.argv) != 2:
        sys.exit(f"usage: {sys.argv[0]} <ADDRESS>, the address that `unmoor simulate` prints")
    try:
        script(sys.argv[1].rstrip("/"))
    except Exception as problem:  # whatever a client raises ends the run, with the place it came from
        traceback.print_exc()
        _fail("the script runs to its end", f"{type(problem).__name__}: {problem}")


def _settle(sentence: str, holds: bool, otherwise: str) -> None:
    if not holds:
        _fail(sentence, otherwise)
    print(f"ok      {sentence}", flush=True)


def _fail(sentence: str, reason: str) -> NoReturn:
    print(f"FAILED  {sentence}\n        {reason}", flush=True)
    sys.exit(1)
