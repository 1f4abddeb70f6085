"""Which admissions count: the exclusion rules, and what makes a record unusable, as steps in SQL.

The steps speak of a record by these names (see `record_columns`): `code` (municipality of residence as it is
written), `residence` (its six digits), `diagnosis` (main diagnosis, capitals), `icsap_group` (missing where
it is no ICD-10 code), `procedure` (code of the procedure done, a number), `ident` (5: continuation of a long
stay), `year`, `age_group`, `sex`, `value`.
"""

from collections.abc import Collection
from dataclasses import dataclass

from bayes_saude.data.territory import territory

# Births and their care in SIH/SUS's table of procedures: normal, of high risk, in a birth centre, caesarean.
DELIVERY_PROCEDURES = (
    "0310010012", "0310010020", "0310010039", "0310010047", "0411010018",
    "0411010026", "0411010034", "0411010042", "0411020013", "0411020021",
)  # fmt: skip
STATES = {
    "RO": 11, "AC": 12, "AM": 13, "RR": 14, "PA": 15, "AP": 16, "TO": 17,
    "MA": 21, "PI": 22, "CE": 23, "RN": 24, "PB": 25, "PE": 26, "AL": 27, "SE": 28, "BA": 29,
    "MG": 31, "ES": 32, "RJ": 33, "SP": 35, "PR": 41, "SC": 42, "RS": 43,
    "MS": 50, "MT": 51, "GO": 52, "DF": 53,
}  # fmt: skip
MINAS_GERAIS = 31
# Costa (2014), tables 5, 9, 13 and 17: name and first year of age, in rising order.
AGE_GROUPS = {
    "under 1": 0, "1-4": 1, "5-14": 5, "15-24": 15, "25-34": 25, "35-44": 35, "45-54": 45, "55-64": 55,
    "65 or over": 65,
}  # fmt: skip
YEARS = {"discharge": "DT_SAIDA", "admission": "DT_INTER", "competence": "ANO_CMPT"}


@dataclass(frozen=True)
class Step:
    """One reason to leave a record out.

    Parameters
    ----------
    name : str
        What the reason is, as it is reported.
    condition : str
        SQL that is true of the records to leave out.
    """

    name: str
    condition: str


@dataclass(frozen=True)
class Rule:
    """An exclusion rule: its steps in order, and the columns that they need."""

    text: str
    columns: tuple[str, ...]
    steps: tuple[Step, ...]


_NO_PROCEDURE = Step(
    "procedure code is not of the unified table (in use since 2008)",
    "procedure IS NULL OR procedure NOT BETWEEN 100000000 AND 999999999",
)
_BY_PROCEDURE = Step(
    "delivery, by procedure", f"procedure IN ({', '.join(code.lstrip('0') for code in DELIVERY_PROCEDURES)})"
)
_BY_DIAGNOSIS = Step("delivery, by main diagnosis O80-O84", "left(diagnosis, 3) BETWEEN 'O80' AND 'O84'")
RULES = {
    "costa2014": Rule(
        "Costa (2014), section 4: deliveries are left out of the denominator. The thesis does not say how "
        "they were told; here by procedure (the ten of csapaih) or by main diagnosis O80-O84.",
        ("PROC_REA",),
        (_NO_PROCEDURE, _BY_PROCEDURE, _BY_DIAGNOSIS),
    ),
    "csapaih": Rule(
        "As the R package csapAIH: deliveries by procedure, then by main diagnosis O80-O84, then "
        "continuations of long stays (IDENT 5).",
        ("PROC_REA", "IDENT"),
        (
            _NO_PROCEDURE,
            _BY_PROCEDURE,
            _BY_DIAGNOSIS,
            Step("continuation of a long stay (IDENT 5)", "ident = 5"),
        ),
    ),
    "ministry": Rule(
        "As the Ministry of Health's indicator, clinical admissions only: procedures of group 03 (clinical), "
        "less subgroup 0310 (delivery and birth).",
        ("PROC_REA",),
        (
            _NO_PROCEDURE,
            Step("procedure is not clinical (group 03)", "procedure // 100000000 <> 3"),
            Step("delivery or birth (subgroup 0310)", "procedure // 1000000 = 310"),
        ),
    ),
}


def record_columns(columns: Collection[str], year: str) -> dict[str, str]:
    """Say how the names that steps use come from the columns of a file.

    Parameters
    ----------
    columns : collection of str
        The columns that are read, all text.
    year : str
        A key of `YEARS`.

    Returns
    -------
    dict of str to str
        SQL expression of each name. A cell that cannot be read is missing.
    """
    date = f"try_cast(left(replace(trim({YEARS[year]}), '-', ''), 8) AS UINTEGER)"
    is_date = f"{date} // 100 % 100 BETWEEN 1 AND 12 AND {date} % 100 BETWEEN 1 AND 31"
    sql = {
        "code": "try_cast(MUNIC_RES AS UINTEGER)",
        "diagnosis": "upper(trim(DIAG_PRINC))",
        "year": "try_cast(ANO_CMPT AS UINTEGER)"
        if year == "competence"
        else f"CASE WHEN {is_date} THEN {date} // 10000 END",
    }
    if "IDADE" in columns:
        sql["age"] = (
            "CASE try_cast(COD_IDADE AS UTINYINT) WHEN 2 THEN try_cast(IDADE AS USMALLINT) // 365 "
            "WHEN 3 THEN try_cast(IDADE AS USMALLINT) // 12 WHEN 4 THEN try_cast(IDADE AS USMALLINT) "
            "WHEN 5 THEN try_cast(IDADE AS USMALLINT) + 100 END"
        )
    if "SEXO" in columns:
        sql["sex"] = (
            "CASE try_cast(SEXO AS UTINYINT) WHEN 1 THEN 'male' WHEN 2 THEN 'female' WHEN 3 THEN 'female' END"
        )
    if "PROC_REA" in columns:
        sql["procedure"] = "try_cast(PROC_REA AS UBIGINT)"
    if "IDENT" in columns:
        sql["ident"] = "try_cast(IDENT AS UTINYINT)"
    if "VAL_TOT" in columns:
        sql["value"] = "try_cast(replace(VAL_TOT, ',', '.') AS DECIMAL(14, 2))"
    return sql


def age_group_sql() -> str:
    """Name the age group of `age` (in years)."""
    cases = " ".join(f"WHEN age >= {first} THEN '{name}'" for name, first in reversed(AGE_GROUPS.items()))
    return f"CASE WHEN age > 130 THEN NULL {cases} END"


def unusable_records(costs: bool) -> list[Step]:
    """List the reasons, after the rule's own, why a record cannot be classified."""
    steps = [Step("main diagnosis is no ICD-10 code", "icsap_group IS NULL")]
    return steps + [Step("value of the admission cannot be read", "value IS NULL OR value < 0")] * costs


def unusable_groups(groups: Collection[str], years: tuple[int, int] | None, state: str | None) -> list[Step]:
    """List the reasons why records of one code of residence, year, age and sex cannot be placed in the panel.

    They are judged once for each such group rather than for each record.
    """
    codes = territory()["ibge_code"]
    known = ", ".join(map(str, [*codes, *(codes // 10)]))
    steps = [Step("year cannot be read", "year IS NULL OR year NOT BETWEEN 1992 AND 2100")]
    if years:
        steps.append(
            Step(f"year is not in {years[0]}-{years[1]}", f"year NOT BETWEEN {years[0]} AND {years[1]}")
        )
    steps.append(
        Step(
            "municipality of residence is unknown",
            "residence IS NULL OR residence % 10000 = 0"
            f" OR residence // 10000 NOT IN {tuple(STATES.values())}"
            f" OR (residence // 10000 = {MINAS_GERAIS} AND code NOT IN ({known}))",
        )
    )
    if state:
        steps.append(Step(f"residence is not in {state}", f"residence // 10000 <> {STATES[state]}"))
    return steps + [
        Step(f"{name} is unknown", f"{name} IS NULL") for name in ("age_group", "sex") if name in groups
    ]
