"""The script that writes the tables of docs/model_checks.md."""

import json
import runpy
import sys
from pathlib import Path

SCRIPT = Path(__file__).parents[1] / "scripts" / "tabulate_checks.py"


def moved(parameter, prior, likelihood, *, clear=True, advice="Look at it."):
    return {
        "parameter": parameter, "prior": prior, "prior_error": 0.0102, "likelihood": likelihood,
        "likelihood_error": 0.03, "clear": clear, "advice": advice,
    }  # fmt: skip


REPORTS = {
    "plain": {"warnings": [], "prior_sensitivity": [moved("slope", 0.01, 0.2, advice="")]},
    "tailed": {
        "warnings": [
            {"statistic": "mean[2011]", "clear": True},
            {"statistic": "largest_unit_mean", "clear": False},
        ],
        "prior_sensitivity": [moved("corr", 0.134, 0.25, clear=False), moved("sd_year", None, None)],
    },
}
PRINTED = r"""| model | not reproduced |
|---|---|
| `plain` | nothing found |
| `tailed` | `mean[2011]`, (`largest_unit_mean`) |

| model | hyperparameter | moves with its priors, by | with the likelihood, by |
|---|---|---:|---:|
| `tailed` | `corr` \* | 0.134 ± 0.010 | 0.250 ± 0.030 |
| `tailed` | `sd_year` | not told | not told |
"""


def test_it_prints_what_folders_warn_of(tmp_path, monkeypatch, capsys):
    for name, report in REPORTS.items():
        (tmp_path / name).mkdir()
        (tmp_path / name / "checks.json").write_text(json.dumps(report), encoding="utf-8")
    monkeypatch.setattr(sys, "argv", ["tabulate_checks.py", *(str(tmp_path / name) for name in REPORTS)])
    runpy.run_path(str(SCRIPT), run_name="__main__")
    assert capsys.readouterr().out == PRINTED
