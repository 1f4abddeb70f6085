"""A small good panel as text, that text with a fault, and the faults that are found in it."""

import pytest

from bayes_saude.errors import DataError

GOOD = """region,municipality,year,value
Ubá,Guiricema,2011,80.5
Ubá,Guiricema,2012,82
Ubá,Tocantins,2011,91
Ubá,Tocantins,2012,93.25
Passos,Capitólio,2011,70
Passos,Capitólio,2012,75
Passos,Cássia,2011,60
Passos,Cássia,2012,61
"""
NESTED = {"levels": ("region", "municipality"), "time": "year", "outcome": ("value",)}
REGION = {**NESTED, "levels": ("region",)}


def faults_of(panel_of, text, **options):
    with pytest.raises(DataError) as caught:
        panel_of(text, **options)
    return [str(fault) for fault in caught.value.faults], str(caught.value).splitlines()[-1]


def with_row(number, row):
    """GOOD with another text in one row of the file; its header is row 1."""
    lines = GOOD.splitlines()
    lines[number - 1] = row
    return "\n".join(lines) + "\n"
