"""The command `icsap` of the command line: hospital files to a panel."""

import json
from pathlib import Path
from typing import Annotated, Literal

import typer

from bayes_saude.cli.shared import require_place, write_panel
from bayes_saude.errors import DataError


def icsap(
    files: Annotated[
        list[Path], typer.Argument(help="AIH files, or with --admissions TabNet exports of ICSAP.")
    ],
    out: Annotated[Path, typer.Option(help="The panel to write, CSV; panel.provenance.json goes beside it.")],
    rule: Annotated[
        Literal["costa2014", "csapaih", "ministry"], typer.Option(help="Which admissions count.")
    ] = "costa2014",
    year: Annotated[
        Literal["discharge", "admission", "competence"], typer.Option(help="What a record's year is that of.")
    ] = "discharge",
    by: Annotated[
        list[str] | None, typer.Option(help="Count by age_group, sex, or both (repeat it).")
    ] = None,
    state: Annotated[str | None, typer.Option(help="Keep residents of this state only, such as MG.")] = None,
    years: Annotated[str | None, typer.Option(help="Keep these years only, such as 2008-2012.")] = None,
    costs: Annotated[bool, typer.Option("--costs", help="Sum the values too.")] = False,
    admissions: Annotated[list[Path] | None, typer.Option(help="TabNet exports of all admissions.")] = None,
    deliveries: Annotated[list[Path] | None, typer.Option(help="TabNet exports of deliveries.")] = None,
) -> None:
    """Count ICSAP and admissions by municipality of residence and year.

    FILES are reduced records of SIH/SUS (RDufaamm) in DBC, DBF, CSV or Parquet, any number of them.

    Rules: costa2014 leaves deliveries out; csapaih also continuations of long stays; ministry keeps clinical
    admissions.

    Example: bayes-saude icsap RDMG*.dbc --state MG --years 2008-2012 --out panel.csv

    Example: bayes-saude icsap RDMG*.parquet --by age_group --costs --rule csapaih --out panel.csv

    Example: bayes-saude icsap icsap.csv --admissions all.csv --deliveries births.csv --out panel.csv
    """
    from bayes_saude.cli import icsap_panel as command

    inputs = [*files, *(admissions or []), *(deliveries or [])]
    require_place(out, ".provenance.json", '"rule_text"', inputs)
    if admissions:
        if by or costs or years:
            raise DataError(
                "--by, --costs and --years are of AIH files.", "Leave them out for TabNet exports."
            )
        exports = {"icsap": files, "admissions": admissions, "deliveries": deliveries or []}
        panel, provenance = command.join_tabnet(exports, state=state)
    else:
        panel, provenance = command.read_aih(
            files, rule=rule, year=year, by=("municipality", "year", *(by or [])), state=state,
            years=command.parse_years(years), costs=costs, track=command.reading,
        )  # fmt: skip
    record = json.dumps(provenance, indent=2, ensure_ascii=False)
    command.show(panel, provenance, [out, write_panel(panel, out, ".provenance.json", record)])
