"""The fixture of all benchmarks: a ratio, printed and kept with the benchmark; never a timed assertion."""

from dataclasses import asdict

import pytest

from tests.benchmarks.ratio import ratio


@pytest.fixture
def compare(benchmark, request, capsys):
    """Measure a subject against a yardstick, print the ratio and keep it in `benchmark.extra_info`.

    Used once in a test: ``compare("UDF / bare UDF", subject, yardstick)``.
    """

    def compared(words, subject, yardstick, *, most_rounds=None, **how):
        rounds = request.config.getoption("--ratio-rounds")
        found = ratio(subject, yardstick, min(rounds, most_rounds or rounds), **how)
        benchmark.extra_info[words] = asdict(found)
        benchmark.pedantic(subject, rounds=1, iterations=1)
        with capsys.disabled():
            print(f"\n{words}: {found} ", end="")  # noqa: T201  # the ratio is the report
        return found

    return compared
