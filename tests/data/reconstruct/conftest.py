import pandas as pd
import pytest

from bayes_saude.assets import asset
from bayes_saude.data.reconstruct.printed import INDICATORS, Printed, read_printed

REPLICATES = range(1, 6)


@pytest.fixture(scope="session")
def prints() -> dict[str, Printed]:
    return {indicator: read_printed(indicator) for indicator in INDICATORS}


@pytest.fixture(scope="session")
def panels() -> dict[int, pd.DataFrame]:
    return {k: pd.read_csv(asset(f"data/sa2015/panels/replicate_{k}.csv.xz")) for k in REPLICATES}
