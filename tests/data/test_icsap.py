"""The ICSAP list of Portaria SAS/MS 221/2008 and the classification of codes."""

import re

import numpy as np
import pandas as pd
import pytest

from bayes_saude.data.icsap import classify, icsap_list

RANGES = icsap_list()

# The codes of each group, typed from the printed annex apart from the file.
PRINTED = """
1: A37 A36 A33-A35 B26 B06 B05 A95 B16 G000 A170 A19 A150-A153 A160-A162 A154-A159 A163-A169 A171-A179
1: A18 I00-I02 A51-A53 B50-B54 B77
2: E86 A00-A09
3: D50
4: E40-E46 E50-E64
5: H66 J00 J01 J02 J03 J06 J31
6: J13 J14 J153 J154 J158 J159 J181
7: J45 J46
8: J20 J21 J40 J41 J42 J43 J47 J44
9: I10 I11
10: I20
11: I50 J81
12: I63-I67 I69 G45-G46
13: E100 E101 E110 E111 E120 E121 E130 E131 E140 E141 E102-E108 E112-E118 E122-E128 E132-E138 E142-E148
13: E109 E119 E129 E139 E149
14: G40 G41
15: N10 N11 N12 N30 N34 N390
16: A46 L01 L02 L03 L04 L08
17: N70 N71 N72 N73 N75 N76
18: K25-K28 K920 K921 K922
19: O23 A50 P350
"""


def number(code: str, fill: str) -> int:
    """Place a code without dot among all codes of four characters, by arithmetic of its own."""
    return (ord(code[0]) - ord("A")) * 1000 + int((code[1:] + fill)[:3])


def code(place: int) -> str:
    return f"{chr(ord('A') + place // 1000)}{place % 1000:03}"


def printed_groups() -> dict[int, int]:
    groups = {}
    for line in PRINTED.strip().splitlines():
        group, ranges = line.split(": ")
        for ends in ranges.split():
            first, last = ends.split("-")[0], ends.split("-")[-1]
            groups |= dict.fromkeys(range(number(first, "0"), number(last, "9") + 1), int(group))
    return groups


GROUP_AT = printed_groups()


def test_the_list_has_the_groups_and_diagnoses_of_the_annex():
    assert RANGES["group"].unique().tolist() == list(range(1, 20))
    assert RANGES["diagnosis"].nunique() == 74
    assert not RANGES.duplicated(["icd10_from", "icd10_to"]).any()


@pytest.mark.parametrize("row", list(RANGES.itertuples()), ids=lambda row: f"{row.icd10_from}-{row.icd10_to}")
def test_both_ends_of_a_range_are_in_it_and_their_neighbours_are_where_the_annex_has_them(row):
    first, last = number(row.icd10_from.replace(".", ""), "0"), number(row.icd10_to.replace(".", ""), "9")
    assert classify([row.icd10_from, row.icd10_to]).tolist() == [row.group, row.group]
    assert classify([code(first), code(last)]).tolist() == [row.group, row.group]
    outside = [place for place in (first - 1, last + 1) if place >= 0]  # nothing is before A00.0
    assert classify([code(place) for place in outside]).tolist() == [GROUP_AT.get(p, 0) for p in outside]


@pytest.mark.parametrize("row", list(RANGES.itertuples()), ids=lambda row: f"{row.icd10_from}-{row.icd10_to}")
def test_a_range_is_printed_in_the_row_it_came_from(row):
    shown = row.icd10_from if row.icd10_from == row.icd10_to else f"{row.icd10_from} a {row.icd10_to}"
    assert shown in re.split(r"[,;]\s*", row.printed)


def test_every_code_of_four_characters_is_where_the_annex_has_it():
    places = range(26_000)
    found = classify([code(place) for place in places])
    assert found.tolist() == [GROUP_AT.get(place, 0) for place in places]


@pytest.mark.parametrize(
    ("whole", "group"),
    [("E10", 13), ("A15", 1), ("A17", 1), ("J15", 0), ("J18", 0), ("K92", 0), ("N39", 0), ("G00", 0)],
)
def test_three_characters_are_icsap_only_where_all_their_subdivisions_are(whole, group):
    assert classify([whole, f"{whole}X"]).tolist() == [group, group]


def test_dot_case_and_outer_space_do_not_matter():
    codes = ["E10.2", "E102", "e102", " e10.2 ", "j45", "J45.9"]
    assert classify(codes).tolist() == [13, 13, 13, 13, 7, 7]


def test_what_has_not_the_form_of_a_code_is_missing():
    texts = ["", "A", "A0", "A0.9", "A09.", "A0900", "0A9", "A09-A10", "A 09", "J4O", "ÁA9", "nan", "0000"]
    assert classify([*texts, None, 9]).isna().all()


def test_codes_that_other_programs_get_wrong():
    assert classify(["B05", "B06.9", "B77", "B55", "B56"]).tolist() == [1, 1, 1, 0, 0]


def test_index_and_name_are_kept_and_the_kind_is_whole_numbers_with_gaps():
    codes = pd.Series(["J45", None], index=[7, 3], name="DIAG_PRINC")
    expected = pd.Series([7, pd.NA], index=[7, 3], name="DIAG_PRINC", dtype="Int64")
    pd.testing.assert_series_equal(classify(codes), expected)


def test_arrays_and_empty_input_are_taken():
    assert classify(np.array(["J45", "Z00"])).tolist() == [7, 0]
    assert classify(pd.Series([], dtype="str")).empty
