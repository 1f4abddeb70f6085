"""Measure `read_aih` against pandas: records per second and peak memory, on real records repeated.

    python scripts/benchmark_aih.py records.csv --records 5000000

The records are repeated with new AIH numbers into monthly files of 400,000, CSV and Parquet, in a temporary
folder (2.3 GB for 5 million). Each reader runs in a process of its own.
"""

import argparse
import hashlib
import json
import multiprocessing
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd

from bayes_saude.data.aih import read_aih
from bayes_saude.data.aih_rules import DELIVERY_PROCEDURES, STATES
from bayes_saude.data.icsap import classify
from bayes_saude.data.territory import territory

RECORDS_PER_FILE = 400_000
COLUMNS = [
    "UF_ZI",
    "ANO_CMPT",
    "MES_CMPT",
    "N_AIH",
    "IDENT",
    "MUNIC_RES",
    "PROC_REA",
    "DT_SAIDA",
    "DIAG_PRINC",
]


def repeat_records(sample: Path, records: int, folder: Path) -> dict[str, list[Path]]:
    """Write files of repeated records; each file is another month of competence."""
    files: dict[str, list[Path]] = {"csv": [], "parquet": []}
    with duckdb.connect() as connection:
        connection.execute(f"CREATE TABLE sample AS FROM read_csv('{sample}', all_varchar = true)")
        size = connection.sql("SELECT count(*) FROM sample").fetchall()[0][0]
        for number, first in enumerate(range(0, records, RECORDS_PER_FILE)):
            copies = -(-min(RECORDS_PER_FILE, records - first) // size)
            year, month = 2018 + number // 12, number % 12 + 1
            connection.execute(
                f"CREATE OR REPLACE VIEW month AS SELECT sample.* REPLACE ('{year}' AS ANO_CMPT,"
                f" '{month:02}' AS MES_CMPT, (N_AIH::BIGINT * 10000 + copy)::VARCHAR AS N_AIH)"
                f" FROM sample, range({first}, {first + copies}) AS copies(copy)"
            )
            for kind, written in files.items():
                written.append(folder / f"RDRS{year % 100}{month:02}.{kind}")
                connection.execute(f"COPY month TO '{written[-1]}'")
    return files


def with_duckdb(files: list[Path]) -> int:
    """Count ICSAP by `read_aih`."""
    panel, _ = read_aih(files, rule="csapaih")
    return int(panel["successes"].sum())


def with_pandas(files: list[Path]) -> int:
    """Count ICSAP as a script in pandas would do the same work, vectorised, file by file.

    The same columns, rule and list; what cannot be read left out; records left out counted by reason; a
    fingerprint of each month's records; the SHA-256 of each file.
    """
    deliveries = [int(code) for code in DELIVERY_PROCEDURES]
    minas = territory()["ibge_code"] // 10
    panels, reasons, fingerprints = [], [], {}
    for file in files:
        with file.open("rb") as opened:
            hashlib.file_digest(opened, "sha256").hexdigest()
        if file.suffix == ".csv":
            frame = pd.read_csv(file, usecols=COLUMNS, dtype=str)
        else:
            frame = pd.read_parquet(file, columns=COLUMNS)
        date, code, procedure, ident, number = (
            pd.to_numeric(frame[name], errors="coerce")
            for name in ("DT_SAIDA", "MUNIC_RES", "PROC_REA", "IDENT", "N_AIH")
        )
        diagnosis = frame["DIAG_PRINC"].str.strip().str.upper()
        group = classify(diagnosis)
        year = (date // 10000).where((date // 100 % 100).between(1, 12) & (date % 100).between(1, 31))
        residence = code.where(code < 1_000_000, code // 10)
        state = residence // 10000
        reason = np.select(
            [
                ~procedure.between(100_000_000, 999_999_999),
                procedure.isin(deliveries),
                diagnosis.str[:3].between("O80", "O84"),
                ident == 5,
                group.isna(),
                ~year.between(1992, 2100),
                (residence % 10000 == 0)
                | ~state.isin(STATES.values())
                | ((state == 31) & ~residence.isin(minas)),
            ],
            range(1, 8),
        )
        reasons.append(pd.Series(reason).value_counts())
        delivery = frame["UF_ZI"].str[:2] + frame["ANO_CMPT"] + frame["MES_CMPT"].str.zfill(2)
        prints = pd.Series(pd.util.hash_array(number.to_numpy()))
        fingerprints |= prints.groupby(delivery).agg(np.bitwise_xor.reduce).to_dict()
        kept = pd.DataFrame({"residence": residence, "year": year, "icsap": group > 0})[reason == 0]
        panels.append(kept.groupby(["residence", "year"])["icsap"].agg(["sum", "size"]))
    pd.concat(reasons).groupby(level=0).sum()
    return int(pd.concat(panels).groupby(level=[0, 1]).sum()["sum"].sum())


def measure(reader: Callable[[list[Path]], int], files: list[Path]) -> dict[str, float]:
    """Run a reader in a new process: seconds, peak memory in MB (of Linux only), ICSAP found."""
    context = multiprocessing.get_context("spawn")
    with context.Pool(1) as pool:
        return pool.apply(_measured, (reader, files))


def _measured(reader: Callable[[list[Path]], int], files: list[Path]) -> dict[str, float]:
    start = time.perf_counter()
    found = reader(files)
    seconds = time.perf_counter() - start
    # Not getrusage: a new process begins with its parent's peak.
    status = Path("/proc/self/status")
    peak = status.read_text().split("VmHWM:")[1].split()[0] if status.exists() else "nan"
    return {"seconds": round(seconds, 2), "peak_mb": float(peak) / 1000, "icsap": found}


def main() -> None:
    """Make the files, run both readers on both kinds, print one line of JSON each."""
    parser = argparse.ArgumentParser(description="Measure the reading of AIH files against pandas.")
    parser.add_argument("sample", type=Path, help="a CSV of real AIH records")
    parser.add_argument("--records", type=int, default=5_000_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        files = repeat_records(options.sample, options.records, Path(folder))
        for kind, paths in files.items():
            seconds = {}
            for name, reader in (("read_aih", with_duckdb), ("pandas", with_pandas)):
                result = measure(reader, paths)
                seconds[name] = result["seconds"]
                rate = round(options.records / result["seconds"])
                print(json.dumps({"kind": kind, "reader": name, **result, "records_per_s": rate}), flush=True)
            print(f"{kind}: {seconds['pandas'] / seconds['read_aih']:.1f} times pandas", flush=True)


if __name__ == "__main__":
    main()
