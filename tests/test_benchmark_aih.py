"""The benchmark of AIH files: both readers do the same work on what it makes."""

import json
import subprocess
import sys
from pathlib import Path

from aih_records import records

SCRIPT = Path(__file__).parents[1] / "scripts" / "benchmark_aih.py"


def test_both_readers_find_the_same_icsap_in_every_format(tmp_path):
    delivery, long_stay = {"PROC_REA": "0310010039"}, {"IDENT": "5"}
    changes = (
        {},
        delivery,
        {"DIAG_PRINC": "O80"},
        long_stay,
        {"MUNIC_RES": "000000"},
        {"DIAG_PRINC": "S720"},
    )
    records(*changes).to_csv(tmp_path / "sample.csv", index=False)
    command = [sys.executable, SCRIPT, tmp_path / "sample.csv", "--records", "60"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    results = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    assert [(result["kind"], result["reader"]) for result in results] == [
        ("csv", "read_aih"), ("csv", "pandas"), ("parquet", "read_aih"), ("parquet", "pandas"),
    ]  # fmt: skip
    assert [result["icsap"] for result in results] == [10] * 4
