"""What Sá (2015) says in words, held against the posterior."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from bayes_saude.data.published import read_published
from bayes_saude.summaries.ranking import NONE

KEYS = ["indicator", "parameter", "region"]
CONTRADICTED = "print contradicts itself"
BORDERLINE = "within Monte Carlo error"


def chapter5(
    comparisons: Mapping[str, pd.DataFrame], significance: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Hold the words of Sá (2015), chapter 5, against the posterior.

    Parameters
    ----------
    comparisons : mapping of str to pandas.DataFrame
        From an indicator's name to the `compare` of its fit by region, or better its `mark_borderline`.
    significance : pandas.DataFrame, optional
        Which regions the chapter names (indicator, parameter, class, region, page); the shipped transcription
        if left out.

    Returns
    -------
    pandas.DataFrame
        One row for every region that the chapter or the posterior calls above or below: indicator, parameter,
        region, page, thesis_class, reml_class, bayes_class, p_above_mean, verdict and note.

        verdict is "confirmed" where the posterior says the same as the chapter, "not confirmed" where it does
        not, "not named" where only the posterior says so. note is "print contradicts itself" where the
        thesis's own tables speak against its list, see `data/sa2015/contradictions.csv`, and "within Monte
        Carlo error" where the posterior's class is marked as borderline.
    """
    named = read_published("sa2015/significance") if significance is None else significance
    named = named[named["indicator"].isin(list(comparisons))].rename(columns={"class": "thesis_class"})
    tables = [
        table[table["level"] == "region"].rename(columns={"unit": "region"}).assign(indicator=indicator)
        for indicator, table in comparisons.items()
    ]
    units = pd.concat(tables).reindex(
        columns=[*KEYS, "reml_class", "bayes_class", "p_above_mean", "borderline"], fill_value=False
    )
    joined = units.merge(named, on=KEYS, how="outer", validate="one_to_one")
    joined["thesis_class"] = joined["thesis_class"].fillna(NONE)
    joined["borderline"] = joined["borderline"].eq(True)
    joined = joined[(joined["thesis_class"] != NONE) | (joined["bayes_class"] != NONE)]
    verdict = np.where(joined["thesis_class"] == joined["bayes_class"], "confirmed", "not confirmed")
    joined["verdict"] = np.where(joined["thesis_class"] == NONE, "not named", verdict)
    joined["note"] = _notes(joined)
    order = [*KEYS, "page", "thesis_class", "reml_class", "bayes_class", "p_above_mean", "verdict", "note"]
    return joined[order].reset_index(drop=True)


def _notes(joined: pd.DataFrame) -> list[str]:
    slips = read_published("sa2015/contradictions")
    texts = slips["says"] + " " + slips["says_against"]
    lists = joined.set_index(["indicator", "parameter", "thesis_class"])["page"].dropna().to_dict()
    notes = []
    for row in joined.to_dict("records"):
        side = row["thesis_class"] if row["thesis_class"] != NONE else row["bayes_class"]
        # A region that a list leaves out has no page of its own, but the list has one.
        page = lists.get((row["indicator"], row["parameter"], side), 0)
        of_list = slips["place"].str.startswith(f"p. {page:g}, ") & slips["place"].str.contains(
            f"list of {row['parameter']}s {side} ", regex=False
        )
        contradicted = (of_list & texts.str.contains(row["region"], regex=False)).any()
        said = {CONTRADICTED: contradicted, BORDERLINE: row["borderline"]}
        notes.append("; ".join(note for note, holds in said.items() if holds))
    return notes
