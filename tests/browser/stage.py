"""What every script of this folder is given: the program, the browser, and a folder for pictures."""

import argparse
import sys
import tempfile
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Error as PlaywrightError

from unmoor import Failed

HERE = Path(__file__).resolve().parent


@dataclass(frozen=True)
class Stage:
    """Where things are."""

    unmoor: Path
    chromium: Path
    pictures: Path
    customers: Path
    # Emptied and removed at the end.
    scratch: Path


def run(script: Callable[[Stage], None]) -> None:
    """Runs a script with what the command line gives; ends with 1 and the reason if it fails."""
    parser = argparse.ArgumentParser(description=sys.modules["__main__"].__doc__)
    parser.add_argument("--unmoor", type=Path, required=True, help="the program")
    parser.add_argument("--chromium", type=Path, required=True, help="the browser")
    parser.add_argument("--pictures", type=Path, required=True, help="folder for pictures of every page")
    given = parser.parse_args()
    given.pictures.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        stage = Stage(
            unmoor=given.unmoor.resolve(),
            chromium=given.chromium,
            pictures=given.pictures.resolve(),
            customers=HERE / "customers.csv",
            scratch=Path(scratch),
        )
        try:
            script(stage)
        except (Failed, PlaywrightError) as failure:
            print(f"FAILED  {_place(failure)}\n{failure}", flush=True)
            sys.exit(1)


def _place(failure: BaseException) -> str:
    """The lines of our own scripts that led to a failure."""
    frames = traceback.extract_tb(failure.__traceback__)
    ours = [f"{Path(frame.filename).name}:{frame.lineno}" for frame in frames if Path(frame.filename).parent == HERE]
    return " > ".join(ours)
