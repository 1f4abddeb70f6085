"""Made-up AIH records, and a DBF file of them."""

import struct
from pathlib import Path

import pandas as pd

ASTHMA = {
    "UF_ZI": "310000", "ANO_CMPT": "2012", "MES_CMPT": "01", "N_AIH": "3112100000001", "IDENT": "1",
    "MUNIC_RES": "310620", "SEXO": "1", "PROC_REA": "0303140046", "VAL_TOT": "500.25", "DT_INTER": "20111230",
    "DT_SAIDA": "20120105", "DIAG_PRINC": "J45", "COD_IDADE": "4", "IDADE": "30",
}  # fmt: skip


def records(*changes: dict[str, str]) -> pd.DataFrame:
    """Make one record per set of changes to an admission for asthma, each with an AIH number of its own."""
    rows = [{**ASTHMA, "N_AIH": str(3112100000001 + i), **change} for i, change in enumerate(changes)]
    return pd.DataFrame(rows, dtype=str)


def write_dbf(frame: pd.DataFrame, path: Path, deleted: tuple[int, ...] = ()) -> Path:
    """Write a DBF file of text columns, some of its records marked as deleted."""
    widths = {name: max(1, frame[name].str.len().max()) for name in frame}
    start, width = 32 + 32 * len(widths) + 1, 1 + sum(widths.values())
    with path.open("wb") as file:
        file.write(struct.pack("<B3BIHH20x", 3, 112, 1, 31, len(frame), start, width))
        for name, size in widths.items():
            file.write(struct.pack("<11sc4xBx14x", name.encode(), b"C", size))
        file.write(b"\r")
        for place, row in enumerate(frame.itertuples(index=False)):
            cells = [
                value.ljust(size).encode("latin-1") for value, size in zip(row, widths.values(), strict=True)
            ]
            file.write((b"*" if place in deleted else b" ") + b"".join(cells))
        file.write(b"\x1a")
    return path
