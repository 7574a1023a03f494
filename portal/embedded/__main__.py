"""Run one command with servers of its own, thrown away afterwards.

For example ``python -m portal.embedded python manage.py check``.

``--data-dir DIR`` keeps the data there instead, ``--set shared_buffers=6GB`` is a setting of PostgreSQL.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from portal.embedded import EmbeddedError, Servers


def main() -> int:
    """Return the command's exit status."""
    parser = argparse.ArgumentParser(prog="python -m portal.embedded", description=__doc__)
    parser.add_argument("--data-dir", type=Path)
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", dest="settings")
    parser.add_argument("command", nargs=argparse.REMAINDER)
    options = parser.parse_args()
    if not options.command:
        parser.error("say which command to run")
    if options.data_dir:
        return _run(Servers(options.data_dir, settings=options.settings), options.command)
    with tempfile.TemporaryDirectory(prefix="sme-") as directory:
        return _run(Servers(Path(directory), durable=False, settings=options.settings), options.command)


def _run(servers: Servers, command: list[str]) -> int:
    with servers:
        done = subprocess.run(command, env=os.environ | servers.environment(), check=False)  # noqa: S603 -- asked for
        return done.returncode


if __name__ == "__main__":
    try:
        sys.exit(main())
    except EmbeddedError as error:
        sys.exit(str(error))
