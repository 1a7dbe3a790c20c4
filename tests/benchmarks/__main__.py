"""Every ratio in one run: ``python -m tests.benchmarks`` prints work, yardstick, ratio, budget; growth; most memory.

It takes some minutes; ``--quick`` takes seconds and shows that all of it runs, not how fast it is.
"""

import argparse
import os
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

from tests.benchmarks import growth, scenarios
from tests.benchmarks.processes import memory_of
from tests.benchmarks.side_by_side import QUICK, Sizes, works

QUICK_SIZES = 1000
HEADS = ("work", "ours", "yardstick", "takes", "ratio", "from", "to", "budget", "held")


def main(arguments=None):
    """Print the three tables, each row as soon as it is known."""
    flags = _parser().parse_args(arguments)
    sizes = QUICK if flags.quick else replace(Sizes(), scenarios=flags.scenarios, rounds=flags.rounds)
    cores = f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    _said(
        f"## Side by side ({sizes.rounds} rounds in turns; {cores}; best, middle and worst ratio)\n",
        _line(HEADS),
        _rule(HEADS),
    )
    with tempfile.TemporaryDirectory() as folder:
        for work in works(sizes, Path(folder)):
            _said(
                _line(
                    _skipped(*work)
                    if isinstance(work, tuple)
                    else _row(work, work.measured(sizes.rounds), judged=not flags.quick)
                )
            )
        _say_growth(flags)
        _say_memory(flags, Path(folder))


def _parser():
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="the smallest sizes, one round")
    parser.add_argument("--rounds", type=int, default=5, metavar="N", help="rounds of each ratio (default: 5)")
    parser.add_argument(
        "--scenarios",
        type=int,
        default=1_000_000,
        metavar="N",
        help="rows from Parquet to Parquet; the budget is of 10000000",
    )
    parser.add_argument(
        "--long", action="store_true", help="growth of workbooks to 100,000 rows, and their memory at 10,000"
    )
    return parser


def _row(work, found, *, judged):
    """Return the row of a work that was measured; budgets are of the sizes that are no quick ones' and so `judged`."""
    most = (work.budget, "{:.3g}"), (work.budget_s, "{:g} s")
    within = [form.format(budget) for budget, form in most if budget is not None]
    held = (work.budget is None or found.median <= work.budget) and (
        work.budget_s is None or found.subject_s <= work.budget_s
    )
    return (
        work.name, _time(found.subject_s), work.yardstick, _time(found.yardstick_s), f"{found.median:.3g}", f"{found.low:.3g}",
        f"{found.high:.3g}", " and ".join(within) or "-", _verdict(held, judged) if within else "-",
    )  # fmt: skip


def _skipped(tool, _nothing):
    return ("xlsizing size, whole process", "-", f"{tool}: skipped, not installed", "-", "-", "-", "-", "-", "-")


def _say_growth(flags):
    heads = ("growth", "sizes and times", "exponent")
    _said("\n## Growth (the exponent is fitted over the larger half of the sizes)\n", _line(heads), _rule(heads))
    for each in growth.GROWTHS:
        most = min(QUICK_SIZES // 10, each.usually) if flags.quick else max(each.sizes) if flags.long else each.usually
        times = each.measured(1 if flags.quick else flags.rounds, most)
        power = growth.exponent(times)
        texts = ", ".join(f"{size:,}: {_time(spent)}" for size, spent in times.items())
        _said(_line((each.name, texts, "-" if power is None else f"{power:.2f}")))


def _say_memory(flags, folder):
    heads = ("most memory", "MB", "budget", "held")
    _said("\n## Most memory of a process of its own\n", _line(heads), _rule(heads))
    if not Path("/proc/self/status").exists():
        _said(_line(("skipped: only Linux tells it", "-", "-", "-")))
        return
    rows, pairs = (QUICK.scenarios, QUICK.pairs) if flags.quick else (flags.scenarios, 10_000_000)
    judged = not flags.quick
    _said(_memory(f"batch, {rows:,} scenarios, Parquet to Parquet", scenarios.memory(folder), 1000, judged=judged))
    work = f"from tests.benchmarks import test_size as it; it.ours(it.CURVES['three anchors'], *it.made_pairs({pairs}))"
    _said(_memory(f"size, {pairs:,} pairs, every array", memory_of(work), None, judged=judged))
    slas = QUICK.book_rows if flags.quick else 10_000 if flags.long else 1000
    work = f"from tests.benchmarks import test_workbook as it; it.customer_workbook(it.long_table({slas}))"
    _said(_memory(f"customer's workbook of {slas:,} SLAs", memory_of(work), 250 if flags.long else None, judged=judged))


def _memory(name, taken, budget, *, judged):
    held = "-" if budget is None else _verdict(taken <= budget, judged)
    return _line((name, f"{taken:.0f}", "-" if budget is None else f"{budget:,}", held))


def _verdict(held, judged):
    return ("yes" if held else "NO") if judged else "too small to tell"


def _time(seconds):
    return f"{seconds * 1e3:.3g} ms" if seconds < 1 else f"{seconds:.3g} s"


def _line(texts):
    return f"| {' | '.join(texts)} |"


def _rule(heads):
    return _line(["---"] * len(heads))


def _said(*lines):
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    sys.stdout.flush()


if __name__ == "__main__":
    main()
