"""What Sá (2015) prints of one indicator, as numbers with the half unit of their last printed digit."""

from dataclasses import dataclass
from decimal import Decimal

import numpy as np
import pandas as pd

from bayes_saude.data.published import read_published
from bayes_saude.data.territory import territory

INDICATORS = ("esf_coverage", "prenatal7", "vaccine", "pap")
LEVELS = ("region", "municipality")
Z95 = 1.96  # as the thesis rounds it
FIRST_YEAR = 2011
WITHOUT_2014 = "Monte Belo"  # its printed intervals are wider than everyone else's
TERMS = ("intercept", "slope")
PARAMETERS = ("intercept", "slope", "sd_intercept", "sd_slope", "corr", "sd_resid")
DERIVED = ("intercept_se", "slope_se", "var_intercept", "var_slope", "var_resid")


@dataclass(frozen=True)
class Printed:
    """The printed results of one indicator.

    Attributes
    ----------
    indicator : str
    years : ndarray (T,)
        Years with data, as years since 2011.
    municipalities, regions : ndarray of str, (J,) and (R,)
    region : ndarray of int, (J,)
        Position of each municipality's region in `regions`.
    models : dict of str to DataFrame
        By level ("region", "municipality"): rows are the eleven printed numbers of the table, columns
        `value` and `half` (half a unit of the last printed digit).
    region_effects : dict of str to ndarray (R, 2)
        `estimate`, `low` and `high` of appendices A-D, intercept and slope; `half` is 0.0005.
    municipality_effects : dict of str to ndarray (J, 2)
        `estimate` of appendices E-F and `half`, missing where the municipality is not listed.
    half_width : ndarray (2, 2)
        Lowest and highest half-width of a municipality's interval (intercept, slope) with all its
        years that the print allows.
    means, quartiles : ndarray (T,) and (T, 3)
        Table 2; printed to two decimals.
    sds : ndarray (T,)
        Standard deviation between municipalities that the printed 95% intervals of the means imply.
    """

    indicator: str
    years: np.ndarray
    municipalities: np.ndarray
    regions: np.ndarray
    region: np.ndarray
    models: dict[str, pd.DataFrame]
    region_effects: dict[str, np.ndarray]
    municipality_effects: dict[str, np.ndarray]
    half_width: np.ndarray
    means: np.ndarray
    quartiles: np.ndarray
    sds: np.ndarray

    @property
    def singular(self) -> bool:
        """Whether the fit by municipality is printed with correlation 1."""
        return float(self.models["municipality"].value["corr"]) == 1.0

    @property
    def bounds(self) -> tuple[float, float]:
        """Lowest and highest possible value of the indicator."""
        return 0.0, (100.0 if self.indicator == "prenatal7" else np.inf)


def half_unit(text: str) -> float:
    """Half a unit of the last decimal of a printed number."""
    exponent = Decimal(text).as_tuple().exponent
    return 0.5 * 10.0 ** int(exponent)


def read_printed(indicator: str) -> Printed:
    """Read every printed number of one indicator from `data/sa2015`."""
    places = territory()
    municipalities = places["municipality"].to_numpy(str)
    regions = np.unique(places["region"].to_numpy(str))
    descriptives = read_published("sa2015/descriptives").query("indicator == @indicator and n > 0")
    listed = _municipality_effects(indicator, municipalities)
    return Printed(
        indicator=indicator,
        years=descriptives["year"].to_numpy(float) - FIRST_YEAR,
        municipalities=municipalities,
        regions=regions,
        region=np.searchsorted(regions, places["region"].to_numpy(str)),
        models=_models(indicator),
        region_effects=_region_effects(indicator, regions),
        municipality_effects={key: listed[key] for key in ("estimate", "half")},
        half_width=listed["half_width"],
        means=descriptives["mean"].to_numpy(float),
        quartiles=descriptives[["q1", "median", "q3"]].to_numpy(float),
        sds=_implied_sds(descriptives),
    )


def _models(indicator: str) -> dict[str, pd.DataFrame]:
    text = (
        read_published("sa2015/mixed_models", as_text=True)
        .query("indicator == @indicator")
        .set_index("level")
    )
    tables = {}
    for level in LEVELS:
        row = text.loc[level, [*PARAMETERS, *DERIVED]]
        tables[level] = pd.DataFrame({"value": row.astype(float), "half": row.map(half_unit)})
    return tables


def _region_effects(indicator: str, regions: np.ndarray) -> dict[str, np.ndarray]:
    table = read_published("sa2015/region_effects").query("indicator == @indicator")
    by_term = {term: table[table["parameter"] == term].set_index("region").loc[regions] for term in TERMS}
    return {
        key: np.column_stack([by_term[term][key] for term in TERMS]) for key in ("estimate", "low", "high")
    }


def _municipality_effects(indicator: str, municipalities: np.ndarray) -> dict[str, np.ndarray]:
    """Estimates by municipality and term, and the range of half-widths that all printed intervals share."""
    text = read_published("sa2015/municipality_effects", as_text=True).query("indicator == @indicator")
    numbers = text[["estimate", "low", "high"]].astype(float)
    half = text["estimate"].map(half_unit)
    position = pd.Index(municipalities).get_indexer(text["municipality"])
    term = text["parameter"].map(TERMS.index).to_numpy()
    out = {key: np.full((len(municipalities), 2), np.nan) for key in ("estimate", "half")}
    out["estimate"][position, term] = numbers["estimate"]
    out["half"][position, term] = half
    widths = (numbers["high"] - numbers["low"]) / 2
    kept = (text["municipality"] != WITHOUT_2014).to_numpy()
    out["half_width"] = np.array(
        [
            [(widths - half)[kept & (term == k)].max(), (widths + half)[kept & (term == k)].min()]
            for k in range(2)
        ]
    )
    return out


def _implied_sds(descriptives: pd.DataFrame) -> np.ndarray:
    width = (descriptives["mean_high"] - descriptives["mean_low"]).to_numpy(float)
    return width / (2 * Z95) * np.sqrt(descriptives["n"].to_numpy(float))
