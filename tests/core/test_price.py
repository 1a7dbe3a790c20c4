"""Prices: what they rest on, and what no price of a sizing may be."""

import pytest

from xlsizing import Curve, Demand, InputError, size
from xlsizing.core.price import ASSUMED_PRICE, Price, price_of

CURVE = Curve([1, 10, 256], [215.5, 122.2, 41.8])


class TestPriceOf:
    def test_none_is_the_assumed_one(self):
        assert price_of(None) is ASSUMED_PRICE
        assert (ASSUMED_PRICE.amount, ASSUMED_PRICE.assumed) == (8.6, True)

    def test_a_number_is_given_in_dollars(self):
        assert price_of(2.1) == Price(2.1, "USD", None, None, assumed=False)

    def test_a_price_stays_as_it_is(self):
        price = Price(2.1, date="2026-11-01", source="a quote")
        assert price_of(price) is price

    @pytest.mark.parametrize(
        ("price", "sentence"),
        [
            (
                Price(7, currency="EUR"),
                "price must be in USD: sizings are in dollars, and nothing is converted (got 'EUR')",
            ),
            (Price(0), "price must be above 0 (got 0)"),
            (Price(7, date=3), "date of the price must be text (got 3)"),
            (Price(7, source=["a", "b"]), "source of the price must be text (got ['a', 'b'])"),
        ],
        ids=str,
    )
    def test_what_is_refused(self, price, sentence):
        with pytest.raises(InputError) as error:
            size(CURVE, 50, Demand.tpm(3e6), gpus_per_pod=4, gpu_hourly_usd=price)
        assert str(error.value) == sentence


def test_dollars_follow_from_the_amount():
    # 9 pods x 4 GPUs x 2 $/h x 730 h
    sized = size(CURVE, 50, Demand.tpm(3e6), gpus_per_pod=4, gpu_hourly_usd=Price(2, source="a quote"))
    assert sized.usd_per_month == 9 * 4 * 2 * 730
    assert (sized.gpu_hourly_usd, sized.price_assumed, sized.price.rests_on) == (2, False, "a quote")
