"""Audit the regional tables of Costa (2014): which order of municipalities gives them from real data.

    python scripts/audit_costa2014.py FOLDER [OUT]

FOLDER has `territory_mg.csv` (ibge6, municipality, health_region) and
`sih_mg_cause_2008_2012.csv.gz` (ibge6, year, cause of Lista Morb CID-10, admissions). OUT (audit/ if left
out) gets `audit.csv` and `costa2014_regions.png`.

Table 7 prints the admissions sensitive to primary care (ICSAP) of 77 health regions. Lista Morb does not
separate them exactly, but well enough to see where they are many. For every order tried, the real numbers of
the municipalities, put into that order, get the labels of the municipalities in the order of IBGE codes; they
are summed by health region; and their logarithms are correlated with those of the table.
"""

import sys
import unicodedata
from collections.abc import Callable, Iterator
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

import bayes_saude as bs

FILES = ("territory_mg.csv", "sih_mg_cause_2008_2012.csv.gz")
# Categories of Lista Morb that are ICSAP by Portaria 221/2008 wholly or for the most part.
CAUSES = [
    "ACID_VASCULAR_CEREBR_ISQUÊM_TRANSIT_E_SÍNDR_CORREL",
    "ACID_VASCULAR_CEREBR_NÃO_ESPEC_HEMORRÁG_OU_ISQUÊM",
    "AMEBÍASE",
    "ANEMIA_POR_DEFICIÊNCIA_DE_FERRO",
    "ASMA",
    "BRONQUIECTASIA",
    "BRONQUITE_AGUDA_E_BRONQUIOLITE_AGUDA",
    "BRONQUITE_ENFISEMA_E_OUTR_DOENÇ_PULM_OBSTR_CRÔNIC",
    "CISTITE",
    "CÓLERA",
    "DEPLEÇÃO_DE_VOLUME",
    "DESNUTRIÇÃO",
    "DIABETES_MELLITUS",
    "DIARRÉIA_E_GASTROENTERITE_ORIGEM_INFECC_PRESUMÍVEL",
    "DOENÇA_INFLAMATÓRIA_DO_COLO_DO_ÚTERO",
    "DOENÇAS_RENAIS_TÚBULO-INTERSTICIAIS",
    "EPILEPSIA",
    "FARINGITE_AGUDA_E_AMIGDALITE_AGUDA",
    "FEBRE_REUMÁTICA_AGUDA",
    "FEBRES_TIFÓIDE_E_PARATIFÓIDE",
    "HIPERTENSÃO_ESSENCIAL_(PRIMÁRIA)",
    "INFARTO_CEREBRAL",
    "INFECÇÕES_DA_PELE_E_DO_TECIDO_SUBCUTÂNEO",
    "INSUFICIÊNCIA_CARDÍACA",
    "OTITE_MÉDIA_E_OUTR_TRANST_OUVIDO_MÉDIO_APÓF_MAST",
    "OUTRAS_DOENÇAS_CEREBROVASCULARES",
    "OUTRAS_DOENÇAS_HIPERTENSIVAS",
    "OUTRAS_DOENÇAS_INFECCIOSAS_INTESTINAIS",
    "OUTRAS_DOENÇAS_INFLAMAT_ÓRGÃOS_PÉLVICOS_FEMININOS",
    "PNEUMONIA",
    "SALPINGITE_E_OOFORITE",
    "SHIGUELOSE",
    "TUBERCULOSE_PULMONAR",
    "ÚLCERA_GÁSTRICA_E_DUODENAL",
]

# Health regions that the territory abbreviates, or calls by another of their towns.
REGIONS = {
    "B.Horizonte/N.Lima/Caeté": "Belo Horizonte / Nova Lima / Caeté",
    "Brasília MG/S.Francisco": "Brasília de Minas / São Francisco",
    "Cel.Fabriciano/Timóteo": "Coronel Fabriciano",
    "Cons.Lafaiete/Congonhas": "Conselheiro Lafaiete / Congonhas",
    "Divinópolis/S.Antº.Monte": "Divinópolis",
    "J.Fora/L.Duarte/B.Jardim": "Juiz de Fora / Lima Duarte / Bom Jardim de Minas",
    "M.Novas/Turmalin/Capelin": "Minas Novas / Turmalina",
    "Ouro Preto": "Itabirito",
    "S.Antôn.Amparo/Cpo.Belo": "Campo Belo / Santo Antônio do Amparo",
    "S.João Nepomuceno/Bicas": "São João Nepomuceno / Bicas",
    "S.Maria Suaçuí/S.João Ev": "Santa Maria do Suaçuí / São João Evangelista",
    "T.Otoni/Malacac/Itambac.": "Teófilo Otoni / Malacacheta / Itambacuri",
}
# The regions that the figure names, and the side of the dot that is free for it.
SHOWN = {
    "Belo Horizonte / Nova Lima / Caeté": "right",
    "Águas Formosas": "right",
    "Contagem": "left",
    "Varginha": "left",
}
PROPER, BY_NAME = "joined by code", "listed by name, labelled by code"
RANDOM = 10_000


def plain(name: str) -> str:
    """Write a name as a list sorted without accents has it: capitals, words and single spaces."""
    letters = unicodedata.normalize("NFD", name.upper())
    kept = (" " if mark in "-'’/" else mark for mark in letters if not unicodedata.combining(mark))
    return " ".join("".join(kept).split())


def read(folder: Path) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Read the municipalities in the order of their codes, `region` as in table 7, and their admissions."""
    for name in FILES:
        if not (folder / name).exists():
            raise SystemExit(
                f"There is no {name} in {folder}. Name the folder that has {' and '.join(FILES)}."
            )
    territory = pd.read_csv(folder / FILES[0], dtype=str).sort_values("ibge6", ignore_index=True)
    printed = bs.read_published("costa2014/health_regions")["health_region"]
    known = {plain(name): name for name in printed} | {plain(k): name for k, name in REGIONS.items()}
    territory["region"] = territory["health_region"].map(plain).map(known)
    causes = pd.read_csv(folder / FILES[1], dtype={"ibge6": str})
    absent = set(CAUSES) - set(causes["cause"])
    if absent or territory["region"].isna().any():
        raise SystemExit(f"{folder}: causes {sorted(absent)} or health regions of the territory are unknown.")
    alike = causes[causes["cause"].isin(CAUSES)]
    years = alike.pivot_table(index="ibge6", columns="year", values="admissions", aggfunc="sum")
    return territory, years.reindex(territory["ibge6"]).fillna(0)


def sorted_by(key: Callable[[str], object], names: pd.Series) -> np.ndarray:
    """Give the places of the municipalities in a list sorted by a key of their names."""
    return np.array(sorted(range(len(names)), key=lambda place: key(names[place])))


def joins(territory: pd.DataFrame) -> dict[str, np.ndarray]:
    """Give the two orders in question."""
    names = territory["municipality"]
    return {PROPER: np.arange(len(names)), BY_NAME: sorted_by(plain, names)}


def orders(territory: pd.DataFrame) -> Iterator[tuple[str, np.ndarray]]:
    """Give each order tried: element k is the municipality whose number gets the label of the k-th code."""
    names = territory["municipality"]
    yield from joins(territory).items()
    code, by_name = joins(territory).values()
    yield "by name, spaces ignored", sorted_by(lambda name: plain(name).replace(" ", ""), names)
    yield "by name, accented letters last", sorted_by(str.upper, names)
    yield "listed by code, labelled by name", np.argsort(by_name)
    yield "by code, backwards", code[::-1]
    yield "by name, backwards", by_name[::-1]
    yield "by health region and code", np.lexsort((code, territory["region"].map(plain)))
    yield "by health region and name", np.lexsort((np.argsort(by_name), territory["region"].map(plain)))
    for rows in range(1, len(names)):
        yield "by code, shifted", np.roll(code, rows)
        yield "by name, shifted", np.roll(by_name, rows)
    rng = np.random.default_rng(2014)
    moved = np.flatnonzero(by_name != code)
    for _ in range(RANDOM):
        yield "at random", rng.permutation(code)
        some = code.copy()
        some[moved] = rng.permutation(moved)
        yield "at random, only those that the order by name moves", some


def correlation(numbers: np.ndarray, order: np.ndarray, region: np.ndarray, printed: np.ndarray) -> float:
    """Correlate, over the regions, the logarithms of the reordered sums and of the print."""
    sums = np.bincount(region, weights=numbers[order])
    return float(np.corrcoef(np.log(sums), np.log(printed))[0, 1])


def printed_by_region(table: str) -> pd.DataFrame:
    """Read a table's counts or costs: health regions by years, without the state."""
    frame = bs.read_published(table)
    wide = frame.pivot_table(index="health_region", columns="year", values=frame.columns[2])
    return wide.drop(index="Minas Gerais")


def audit(territory: pd.DataFrame, years: pd.DataFrame, printed: pd.DataFrame) -> pd.DataFrame:
    """Correlate every order with the print, years pooled; one row per kind of order, the best first."""
    region = pd.Categorical(territory["region"], categories=printed.index).codes
    numbers, total = years.sum(axis=1).to_numpy(), printed.sum(axis=1).to_numpy()
    tried = pd.DataFrame(
        [(kind, correlation(numbers, order, region, total)) for kind, order in orders(territory)],
        columns=["order", "correlation"],
    )
    table = tried.groupby("order", sort=False)["correlation"].agg(
        tried="size", highest="max", median="median"
    )
    return table.sort_values("highest", ascending=False).reset_index()


def by_year(territory: pd.DataFrame, years: pd.DataFrame, printed: pd.DataFrame) -> pd.DataFrame:
    """Correlate the two joins with the print, year by year."""
    region = pd.Categorical(territory["region"], categories=printed.index).codes
    return pd.DataFrame(
        {
            name: [correlation(years[y].to_numpy(), order, region, printed[y].to_numpy()) for y in years]
            for name, order in joins(territory).items()
        },
        index=years.columns,
    )


def draw(territory: pd.DataFrame, years: pd.DataFrame, printed: pd.DataFrame, path: Path) -> None:
    """Draw the print against the real numbers, joined properly and as if listed by name."""
    figure, axes = plt.subplots(1, 2, figsize=(174 / 25.4, 88 / 25.4), sharey=True, layout="constrained")
    region = pd.Categorical(territory["region"], categories=printed.index).codes
    numbers, total = years.sum(axis=1).to_numpy(), printed.sum(axis=1)
    for ax, (name, order) in zip(axes, joins(territory).items(), strict=True):
        sums = pd.Series(np.bincount(region, weights=numbers[order]), index=printed.index)
        ax.plot([1e3, 2.5e5], [1e3, 2.5e5], color="0.7", linewidth=0.8, zorder=0)
        ax.scatter(sums, total, s=9, color="#7F7F7F", linewidth=0)
        ax.scatter(sums[list(SHOWN)], total[list(SHOWN)], s=16, color="#D55E00", linewidth=0)
        for shown, side in SHOWN.items():
            ax.annotate(
                shown.partition(" /")[0],
                (sums[shown], total[shown]),
                xytext=(-5 if side == "right" else 5, 0),
                textcoords="offset points",
                ha=side,
                va="center",
                fontsize=7,
            )
        value = correlation(numbers, order, region, total.to_numpy())
        ax.set(xscale="log", yscale="log", aspect="equal", title=f"{name}: r = {value:.2f}")
        ax.set(xlabel="real ICSAP-like admissions, 2008-2012", xlim=(1e3, 2.5e5), ylim=(1e3, 2.5e5))
        ax.spines[["top", "right"]].set_visible(False)
    axes[0].set_ylabel("table 7, 2008-2012")
    figure.savefig(path, dpi=150)
    plt.close(figure)


def main(folder: Path, out: Path) -> None:
    """Print the correlations, write them, and draw the figure."""
    territory, years = read(folder)
    out.mkdir(parents=True, exist_ok=True)
    for number, what in ((7, "count"), (15, "cost")):
        printed = printed_by_region(f"costa2014/table_{number:02d}_{what}_by_health_region")
        print(f"\nTable {number}, year by year\n{by_year(territory, years, printed).round(3).to_string()}")
    printed = printed_by_region("costa2014/table_07_count_by_health_region")
    table = audit(territory, years, printed)
    print(f"\nTable 7, all years, every order tried\n{table.round(3).to_string(index=False)}")
    bs.write_csv(table.round(4), out / "audit.csv")
    draw(territory, years, printed, out / "costa2014_regions.png")


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    plt.rcParams.update({"font.size": 8})
    main(Path(sys.argv[1]), Path(sys.argv[2] if len(sys.argv) == 3 else "audit"))
