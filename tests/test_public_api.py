"""The public names of every module, and the example that people script against."""

import importlib
import inspect
import pkgutil

import numpy as np
import pytest

import xlsizing

MODULES = ["xlsizing"] + [
    found.name
    for found in pkgutil.walk_packages(xlsizing.__path__, "xlsizing.")
    if not any(part.startswith("_") for part in found.name.split("."))
]
MOST_NAMES = 25


def public(module):
    """Return the functions and classes that a module itself defines without a leading underscore."""
    members = inspect.getmembers(module, lambda member: inspect.isfunction(member) or inspect.isclass(member))
    return {name for name, member in members if member.__module__ == module.__name__ and not name.startswith("_")}


class TestNames:
    def test_of_the_package(self):
        assert xlsizing.__all__ == [
            "Curve",
            "CurveError",
            "Demand",
            "InfeasibleError",
            "InputError",
            "Limits",
            "NodePlan",
            "Sizing",
            "SizingError",
            "SizingRow",
            "__version__",
            "size",
            "size_frame",
            "write_workbook",
        ]

    @pytest.mark.parametrize("name", MODULES)
    def test_all_is_sorted_short_and_exists(self, name):
        module = importlib.import_module(name)
        names = getattr(module, "__all__", [])
        assert names == sorted(names, key=lambda name: (not name.isupper(), name[0].islower() or name[0] == "_", name))
        assert len(names) <= MOST_NAMES or hasattr(module, "__path__")  # a folder offers what its modules do
        assert [
            missing for missing in names if not hasattr(module, missing) and f"{name}.{missing}" not in MODULES
        ] == []

    @pytest.mark.parametrize("name", MODULES)
    def test_every_public_function_and_class_of_a_module_with_all_is_in_it(self, name):
        module = importlib.import_module(name)
        assert public(module) <= set(getattr(module, "__all__", []))

    def test_names_of_the_package_are_its_public_members(self):
        # Each is imported when it is asked for; `dir` names it before.
        members = {name for name in dir(xlsizing) if not name.startswith("_")}
        assert {name for name in members if not inspect.ismodule(getattr(xlsizing, name))} == set(xlsizing.__all__) - {
            "__version__"
        }


class TestExample:
    @pytest.fixture
    def result(self):
        # the worked example, in Python
        curve = xlsizing.Curve(concurrency=[1, 10, 256], tok_s_per_user=[215.5, 122.2, 41.8])
        return xlsizing.size(
            curve,
            sla=[20, 50, 100],
            demand=xlsizing.Demand.tpm(3e6),
            gpus_per_pod=4,
            util=0.70,
            gpu_hourly_usd=8.6,
            spare_replicas=0,
            method="log-c",
        )

    @pytest.fixture
    def default(self, result):
        # the same with nothing but what must be given
        return xlsizing.size(result.curve, [20, 50, 100], result.demand, gpus_per_pod=4)

    @pytest.mark.parametrize(
        ("name", "expected"),
        [
            ("pods", [7, 8, 30]),
            ("gpus", [28, 32, 120]),
            ("gpus_low", [28, 28, 28]),
            ("gpus_high", [28, 236, 236]),
            ("regime", ["below-knee-plateau", "interp", "interp"]),
            ("feasible", [True, True, True]),
        ],
    )
    def test_arrays_in_the_order_of_the_slas(self, result, name, expected):
        assert getattr(result, name).tolist() == expected

    @pytest.mark.parametrize(
        ("name", "expected", "digits"),
        [
            ("c_star", [256, 183.91, 24.48], 2),
            ("per_replica_tps", [10700.8, 9195.7, 2448.2], 1),
            ("usd_per_month", [28 * 6278, 32 * 6278, 120 * 6278], 6),  # 8.60 x 730 = 6,278
        ],
    )
    def test_figures(self, result, name, expected, digits):
        assert np.round(getattr(result, name), digits).tolist() == pytest.approx(expected)

    def test_rows_and_frame(self, result):
        assert [type(row) for row in result.rows()] == [xlsizing.SizingRow] * 3
        assert len(result.to_frame()) == 3

    def test_every_argument_but_the_first_four_may_be_left_out(self, result, default):
        longer = xlsizing.size(
            result.curve,
            sla=[20, 50, 100],
            demand=result.demand,
            gpus_per_pod=4,
            util=0.70,
            gpu_hourly_usd=8.6,
            spare_replicas=0,
            method="auto",
            confidence=0.95,
        )
        assert default.rows() == longer.rows()

    @pytest.mark.parametrize(
        ("name", "expected"),
        [
            # the worked rows by auto, with the budget at 95 %
            ("pods", [7, 9, 31]),
            ("gpus", [28, 36, 124]),
            ("gpus_low", [28, 28, 28]),
            ("gpus_budget", [28, 100, 176]),
            ("gpus_high", [28, 236, 236]),
        ],
    )
    def test_arrays_of_what_is_left_out(self, default, name, expected):
        assert getattr(default, name).tolist() == expected

    def test_a_scalar_behaves_as_a_number(self, result):
        one = xlsizing.size(result.curve, 50, result.demand, gpus_per_pod=4)
        # 9 pods by auto, 36 GPUs x 8.60 x 730
        assert f"{one.gpus_high:,} GPUs, {one.usd_per_month:,.0f} USD" == "236 GPUs, 226,008 USD"
        assert (one.pods, one.gpus_budget) == (9, 100)

    def test_the_version_is_a_version(self):
        assert all(part.isdigit() for part in xlsizing.__version__.split("."))
