"""Look at the process table, and wait for things."""

import os
import time

import psutil


def eventually(check, *, within=15):
    """Whether the check becomes true within so many seconds."""
    until = time.monotonic() + within
    while time.monotonic() < until:
        if check():
            return True
        time.sleep(0.05)
    return check()


def processes_under(folder):
    """Other processes whose command line, working directory or PORTAL_DATA_DIR names the folder."""
    others = (process for process in psutil.process_iter() if process.pid != os.getpid())
    return [process for process in others if any(str(folder) in word for word in _words(process))]


def _words(process):
    try:
        if process.status() == psutil.STATUS_ZOMBIE:
            return []
        return [*process.cmdline(), process.cwd(), process.environ().get("PORTAL_DATA_DIR", "")]
    except (psutil.AccessDenied, psutil.NoSuchProcess):  # another user's, or gone while we looked
        return []
