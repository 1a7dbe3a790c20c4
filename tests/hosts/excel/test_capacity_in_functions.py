"""SIZING_MAX_TPM and SIZING_BEST_SLA: by hand, and against the sizing that they turn round."""

import numpy as np
import pytest

from xlsizing.hosts.headless import OMITTED, Headless

CURVE = [[1, 215.5], [10, 122.2], [256, 41.8]]
WITH_TTFT = [[1, 215.5, None, 0.1], [10, 122.2, None, 0.18], [64, 70, None, 0.9], [256, 41.8, None, 1.9]]


@pytest.fixture(scope="module")
def call():
    """The functions without Excel."""
    return Headless().call


class TestByHand:
    def test_the_most_that_gpus_carry(self, call):
        # 236 GPUs are 59 pods; 1,222 tok/s at c=10, the last point at 100 tok/s/user or more: 59 x 1,222 x 0.7 x 60
        assert call("SIZING_MAX_TPM", CURVE, 100, 236, 4) == pytest.approx(3_028_116)
        assert call("SIZING_MAX_TPM", CURVE, 100, 239, 4) == pytest.approx(3_028_116)
        assert call("SIZING_MAX_TPM", WITH_TTFT, 40, 64, 4, OMITTED, OMITTED, 0.9) == pytest.approx(
            16 * 4480 * 0.7 * 60
        )

    def test_the_best_sla(self, call):
        assert call("SIZING_BEST_SLA", CURVE, 3e6, 236, 4) == 122.2
        assert call("SIZING_BEST_SLA", CURVE, 3e6, 235, 4) == 41.8
        assert call("SIZING_BEST_SLA", WITH_TTFT, 3e6, 64, 4, 0.7, "auto", 0.9) == 70

    @pytest.mark.parametrize(
        ("name", "arguments", "refusal"),
        [
            ("SIZING_MAX_TPM", (CURVE, 300, 236, 4), "N/A: 300 tok/s/user cannot be met"),
            ("SIZING_MAX_TPM", (CURVE, 100, 3, 4), "VALUE: the budget must hold a pod of 4 GPUs (got 3 GPUs)"),
            ("SIZING_MAX_TPM", (CURVE, 100, 4.5, 4), "NUM: gpus must be a whole number"),
            ("SIZING_MAX_TPM", (CURVE, None, 236, 4), "VALUE: sla must be a number (got a blank cell)"),
            ("SIZING_BEST_SLA", (CURVE, 3e6, 24, 4), "N/A: 24 GPUs carry 3000000 tok/min at no SLA; more"),
            (
                "SIZING_BEST_SLA",  # without the limit 28 GPUs carry it at 41.8
                (WITH_TTFT, 3e6, 28, 4, 0.7, "auto", 0.9),
                "N/A: 28 GPUs carry 3000000 tok/min at no SLA within TTFT of at most 0.9 s; more GPUs, less demand or a longer",
            ),
            ("SIZING_BEST_SLA", (CURVE, 3e6, 236, 4, 70), "NUM: util must be in (0, 1] (got 70)"),
            ("SIZING_BEST_SLA", (CURVE, 3e6, 236, 4, 0.7, "spline"), "VALUE: method must be"),
        ],
    )
    def test_refused(self, call, name, arguments, refusal):
        assert call(name, *arguments).startswith(f"#SIZING:{refusal}")

    def test_a_check_names_the_limit(self, call):
        assert call("SIZING_CHECK", WITH_TTFT, 40, 3e6, 4, 0.7, 0.9) == "OK"
        assert call("SIZING_CHECK", WITH_TTFT, 40, 3e6, 4, 0.7, 0.05).startswith("TTFT 0.05 s cannot be met")
        assert "no TTFT known" in call("SIZING_CHECK", CURVE, 40, 3e6, 4, 0.7, 0.9)


def test_sizing_the_answer_takes_the_gpus_and_a_step_more_another_pod(call):
    random = np.random.default_rng(3)
    for _ in range(300):
        sla, pods, method = random.uniform(20, 215), int(random.integers(1, 500)), str(random.choice(["auto", "log-c"]))
        most = call("SIZING_MAX_TPM", CURVE, sla, 4 * pods, 4, 0.7, method)
        assert call("SIZING_GPUS_COMMIT", CURVE, sla, most, 4, 0.7, method) == 4 * pods
        assert call("SIZING_GPUS_COMMIT", CURVE, sla, most * (1 + 1e-6), 4, 0.7, method) == 4 * (pods + 1)
        best = call("SIZING_BEST_SLA", CURVE, most, 4 * pods, 4, 0.7, method)
        assert best >= sla * (1 - 1e-9)
        assert call("SIZING_GPUS_COMMIT", CURVE, best, most, 4, 0.7, method) <= 4 * pods
