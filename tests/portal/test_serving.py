"""What the web server's processes do besides answering."""

import subprocess
import sys

LOOKED_THROUGH = """
import gc
import portal.wsgi
print(gc.get_freeze_count(), len(gc.get_objects()))
"""


def test_the_garbage_collector_leaves_alone_what_a_server_has_loaded():
    done = subprocess.run([sys.executable, "-c", LOOKED_THROUGH], capture_output=True, text=True, check=True)

    left_alone, looked_through = (int(number) for number in done.stdout.split())

    assert left_alone > 100_000
    assert looked_through < 1_000
