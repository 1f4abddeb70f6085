"""A panel that gives back the printed results of Sá (2015).

The thesis's records are not public. Its likelihoods depend on them only through sufficient statistics, and
these can be solved from the print. What the print does not fix (effects of municipalities that it does not
list, single years, links between indicators, scatter across a fit with correlation 1) is drawn anew with
each seed.
"""

import logging

import numpy as np
import pandas as pd

from bayes_saude.data.reconstruct.layout import Layout
from bayes_saude.data.reconstruct.newton import solve
from bayes_saude.data.reconstruct.parameters import agree
from bayes_saude.data.reconstruct.printed import (
    FIRST_YEAR,
    INDICATORS,
    PARAMETERS,
    WITHOUT_2014,
    read_printed,
)
from bayes_saude.data.reconstruct.start import draw_effect_bounds, draw_last_deviations, draw_start
from bayes_saude.errors import ConvergenceError, DataError

__all__ = ["reconstruct", "reconstruct_indicator"]

log = logging.getLogger(__name__)

DECIMALS = {"esf_coverage": 6, "prenatal7": 6, "vaccine": 6, "pap": 8}  # fewer would move printed variances
# A second municipality of Pouso Alegre lacks 2014; these are the ones that no appendix lists.
SECOND_WITHOUT_2014 = ("Inconfidentes", "Ipuiúna", "Itapeva", "Maria da Fé", "Silvianópolis")
# With correlation 1 the scatter across the line of effects is below its expectation, by a share that is not
# printed. In data from such a model it is about the sampling error of a variance of 853 effects: 0.05.
ACROSS_SD, ACROSS_RANGE = 0.05, (0.01, 0.15)
ATTEMPTS = 20


def reconstruct(seed: int) -> pd.DataFrame:
    """Reconstruct the records behind Sá (2015).

    Parameters
    ----------
    seed : int
        Seed of what the print leaves open. The same seed and versions give the same panel.

    Returns
    -------
    DataFrame
        853 municipalities x 4 years: municipality, region, year, and one column per indicator in its printed
        unit (percent; examinations per woman for `pap`), missing where the thesis has no record.

    Raises
    ------
    ConvergenceError
        If no draw of this seed can be moved to the print.
    """
    streams = np.random.SeedSequence(seed).spawn(1 + len(INDICATORS))
    second = str(np.random.default_rng(streams[0]).choice(SECOND_WITHOUT_2014))
    keys = ["region", "municipality", "year"]
    columns = [
        reconstruct_indicator(indicator, second, np.random.default_rng(stream)).set_index(keys)
        for indicator, stream in zip(INDICATORS, streams[1:], strict=True)
    ]
    panel = pd.concat(columns, axis=1).sort_index().reset_index()
    return panel[["municipality", "region", "year", *INDICATORS]]


def reconstruct_indicator(indicator: str, second: str, rng: np.random.Generator) -> pd.DataFrame:
    """Reconstruct one indicator when `second` is the other municipality without 2014.

    Draws that cannot be moved to the print are given up and drawn again, and the log says so.

    Returns
    -------
    DataFrame
        municipality, region, year, and the indicator; years without any record are absent.
    """
    printed = read_printed(indicator)
    incomplete = np.flatnonzero(np.isin(printed.municipalities, [WITHOUT_2014, second]))
    layout = Layout(printed, incomplete)
    as_printed = layout.by_municipality(printed.models["municipality"]["value"][list(PARAMETERS)].to_numpy())
    for attempt in range(1, ATTEMPTS + 1):
        across = 1.0 - np.clip(np.abs(rng.normal(0.0, ACROSS_SD)), *ACROSS_RANGE)
        try:
            agreement = agree(printed, layout, draw_last_deviations(printed, layout, as_printed, rng))
            bounds = draw_effect_bounds(printed, layout, agreement.municipality, rng)
            start = draw_start(printed, layout, agreement, bounds, rng)
            y = solve(printed, layout, agreement, bounds, start, across)
        except (ConvergenceError, DataError) as error:
            log.warning("%s, draw %d of %d given up: %s", indicator, attempt, ATTEMPTS, error)
            last = error
            continue
        return _tidy(printed.municipalities, printed.regions[printed.region], printed.years, indicator, y)
    raise ConvergenceError(
        f"none of {ATTEMPTS} draws of '{indicator}' could be moved to the print. The last one: {last} "
        "Try another seed."
    ) from last


def _tidy(
    municipalities: np.ndarray, regions: np.ndarray, years: np.ndarray, indicator: str, y: np.ndarray
) -> pd.DataFrame:
    T = len(years)
    return pd.DataFrame(
        {
            "municipality": np.repeat(municipalities, T),
            "region": np.repeat(regions, T),
            "year": np.tile(years.astype(int) + FIRST_YEAR, len(municipalities)),
            indicator: np.round(y.ravel(), DECIMALS[indicator]) + 0.0,  # no minus zero
        }
    )
