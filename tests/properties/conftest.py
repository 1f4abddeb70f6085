"""Properties hold for few cases, always the same, in every run of the tests; for many in the slow one."""

from collections import Counter
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

tried: Counter[str] = Counter()


@pytest.fixture(params=[pytest.param(False, id="few"), pytest.param(True, id="many", marks=pytest.mark.slow)])
def hold(request: pytest.FixtureRequest) -> Callable[..., None]:
    """Give what tries a property: `hold(property, *strategies, few=25, many=800)`.

    With `slow` a case that fails is shown as it was found: the search for a smaller one would take minutes.
    """
    is_slow = request.param

    def hold(
        stated: Callable[..., None],
        *strategies: st.SearchStrategy,
        few: int = 25,
        many: int = 800,
        slow: bool = False,
    ) -> None:
        def counted(case: tuple) -> None:
            tried[request.node.name] += 1
            stated(*case)

        # What hangs is stopped by `valid_or_told`; a deadline of milliseconds would tell of a busy machine.
        chosen = settings(
            max_examples=many if is_slow else few,
            deadline=None,
            phases=[Phase.generate] if slow else list(Phase),
            database=None,
            derandomize=not is_slow,
            print_blob=is_slow,
            suppress_health_check=list(HealthCheck),
        )
        chosen(given(st.tuples(*strategies))(counted))()

    return hold


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how many cases were tried."""
    if tried:
        terminalreporter.write_line(f"properties: {sum(tried.values())} cases in {len(tried)} tests")
        if terminalreporter.verbosity > 0:
            for name, count in sorted(tried.items()):
                terminalreporter.write_line(f"  {count:6} {name}")
