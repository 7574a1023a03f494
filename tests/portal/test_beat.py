"""The clock shows that it ticks."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.portal.watching import eventually

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.slow
def test_the_clock_touches_its_heartbeat_file_again_and_again(tmp_path):
    heartbeat = tmp_path / "heartbeat"
    env = os.environ | {
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "BEAT_HEARTBEAT": str(heartbeat),
        "OUTBOX_SWEEP_SECONDS": "0.5",
    }
    options = ["--scheduler", "portal.beat:Scheduler", "--schedule", str(tmp_path / "schedule"), "--pidfile", ""]
    command = [sys.executable, "-m", "celery", "-A", "portal", "beat", *options]
    clock = subprocess.Popen(command, cwd=ROOT, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        assert eventually(heartbeat.exists, within=60)
        first = heartbeat.stat().st_mtime_ns
        assert eventually(lambda: heartbeat.stat().st_mtime_ns > first, within=10)
    finally:
        clock.terminate()
        said, _ = clock.communicate(timeout=30)
    assert "Traceback" not in said, said
