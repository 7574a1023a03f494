"""Look at the process table and into a database, and wait for things."""

import os
import time

import dj_database_url
import psutil
import psycopg2


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


def _connect(url):
    found = dj_database_url.parse(url)
    return psycopg2.connect(
        host=found["HOST"], user=found["USER"], password=found["PASSWORD"], dbname=found["NAME"], connect_timeout=5
    )


def ask(url, sql):
    """The first row of what the statement returns, in a transaction of its own."""
    connection = _connect(url)
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute(sql)
            return cursor.fetchone() if cursor.description else None
    finally:
        connection.close()
