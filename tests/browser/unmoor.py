"""The real program: a simulator in a process of its own, and the commands of an operator in others."""

import json
import os
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any
from urllib.request import urlopen

# A command that takes longer has failed.
PATIENCE_S = 240
# Nothing was asked of the simulator for so long: whoever runs against it waits for time to pass.
QUIET_S = 1.3


class Failed(Exception):
    """Something did not come out as it has to; the text says what."""


class Simulator:
    """`unmoor simulate` with a world of this folder, on a free port."""

    def __init__(self, binary: Path, customers: Path, folder: Path, rate: int) -> None:
        self._environment = folder / "simulator.env"
        arguments = ["simulate", "--customers", str(customers), "--env", str(self._environment)]
        arguments += ["--port", "0", "--rate", str(rate)]
        self._process = subprocess.Popen(
            [str(binary), *arguments], cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True
        )
        line = self._process.stdout.readline() if self._process.stdout else ""
        if not line.startswith("listening on http://"):
            self._stop()
            raise Failed("`unmoor simulate` did not start; its own words are above")
        self.address = line.removeprefix("listening on ").strip()

    def __enter__(self) -> "Simulator":
        return self

    def __exit__(self, kind: type | None, problem: BaseException | None, trace: TracebackType | None) -> None:
        self._stop()

    def _stop(self) -> None:
        self._process.terminate()
        try:
            self._process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def environment(self) -> dict[str, str]:
        """What the simulator wrote down for its clients."""
        lines = self._environment.read_text().splitlines()
        pairs = (line.split("=", 1) for line in lines if not line.startswith("#"))
        return {name: value.strip("'") for name, value in pairs}

    def read(self, what: str) -> Any:
        """`GET /_sim/<WHAT>`, as a program sees it."""
        with urlopen(f"{self.address}/_sim/{what}", timeout=30) as response:
            return json.load(response)

    def changes(self, kind: str, waba: str) -> list[dict[str, Any]]:
        """What changed in the world: the entries of one kind about one source WABA."""
        entries = self.read("ledger")["entries"]
        return [entry for entry in entries if entry["kind"] == kind and entry["source_waba"] == waba]


class Operator:
    """Commands of `unmoor` against a simulator, in a folder of their own."""

    def __init__(self, binary: Path, folder: Path, simulator: Simulator) -> None:
        self._binary = binary
        self._folder = folder
        self._simulator = simulator
        self._environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "USER": "ada", **simulator.environment()}

    def run(self, *arguments: str, status: tuple[int, ...] = (0,)) -> str:
        """Runs a command to its end; gives what it wrote to stdout."""
        finished = subprocess.run(
            [str(self._binary), *arguments],
            cwd=self._folder,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
        )
        self._expect(arguments, finished.returncode, status, finished.stdout + finished.stderr)
        return finished.stdout

    def run_while(self, pass_time: Callable[[], None], *arguments: str, status: tuple[int, ...] = (0,)) -> str:
        """Runs a command that waits for the vendor's time, and has it pass whenever nothing else is going on."""
        deadline = time.monotonic() + PATIENCE_S
        with open(self._folder / "run.out", "w+") as output:
            process = subprocess.Popen(
                [str(self._binary), *arguments],
                cwd=self._folder,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
            try:
                self._wait(process, pass_time, deadline, arguments)
            finally:
                if process.poll() is None:
                    process.kill()
                    process.wait()
            output.seek(0)
            text = output.read()
        self._expect(arguments, process.returncode, status, text)
        return text

    def _wait(
        self, process: subprocess.Popen[Any], pass_time: Callable[[], None], deadline: float, arguments: tuple[str, ...]
    ) -> None:
        seen, quiet_since = 0, time.monotonic()
        while process.poll() is None:
            if time.monotonic() > deadline:
                raise Failed(f"`unmoor {' '.join(arguments)}` did not end in {PATIENCE_S} s")
            new = len(self._simulator.read(f"requests?after={seen}")["entries"])
            if new:
                seen, quiet_since = seen + new, time.monotonic()
            elif time.monotonic() - quiet_since > QUIET_S:
                pass_time()
                quiet_since = time.monotonic()
            time.sleep(0.1)

    @staticmethod
    def _expect(arguments: tuple[str, ...], found: int, status: tuple[int, ...], said: str) -> None:
        if found not in status:
            raise Failed(f"`unmoor {' '.join(arguments)}` ended with {found}, expected {status}:\n{said}")
