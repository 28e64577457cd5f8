"""Ties a process to its parent: run as `python leash.py PARENT PROGRAM ARGUMENTS...`, it becomes that program.

Two things must be said between fork and exec, and Twisted has no place for them. The kernel is asked to kill this
process when its parent dies (prctl PR_SET_PDEATHSIG, kept across exec), so that a killed demo leaves nothing behind.
And the process leaves the terminal's foreground group, so that Ctrl-C reaches the demo alone, which then stops its
processes in the order that loses nothing. Only the standard library is imported, and little of it: it runs with -I -S.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def main() -> None:
    """Put the leash on and become the program; a parent that is gone already ends us at once."""
    parent, program = int(sys.argv[1]), sys.argv[2:]
    os.setsid()
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0)
    if os.getppid() != parent:
        sys.exit(1)
    os.execv(program[0], program)


if __name__ == "__main__":
    main()
