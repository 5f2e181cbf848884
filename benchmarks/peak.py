"""Measure the peak memory of a function."""

import re
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any


def peak_of(work: Callable[..., object], *arguments: Any) -> int:
    """Run ``work`` in a new Python process. Return the peak resident memory of the process in KiB.

    A forked process would inherit the memory of this one, which depends on the benchmarks that ran before. ``work``
    must be a function of a module.
    """
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(_peak, work, arguments).result()


def _peak(work: Callable[..., object], arguments: tuple[Any, ...]) -> int:
    work(*arguments)
    # Unlike ru_maxrss of getrusage, this does not count the memory of the parent process before exec.
    peak = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    assert peak
    return int(peak[1])
