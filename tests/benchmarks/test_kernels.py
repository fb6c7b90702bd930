"""The PostgreSQL kernel takes orders as it says, and paces are reckoned right."""

import pytest

from benchmarks import _postgres
from benchmarks._kernels import Pace


def test_a_pace_knows_its_beginning_and_how_it_slows_down() -> None:
    pace = Pace(1000, [100.0] * 5 + [50.0] * 5)

    assert pace.of_first(500) == pytest.approx(100)
    assert pace.of_first(1000) == pytest.approx(10 / (5 / 100 + 5 / 50))
    assert pace.slowdown == 2.0


@pytest.mark.skipif(not _postgres.is_installed(), reason="PostgreSQL is not installed")
def test_the_kernel_allocates_three_lines_an_order_and_never_too_much() -> None:
    with _postgres.kernel(skus=4) as kernel:
        assert kernel.orders(80) > 0
        assert kernel.sql("select count(*), count(distinct order_id) from allocation") == "240|80"
        kernel.sql("update stock set on_hand = 75")
        kernel.orders(240)
        most = kernel.sql("select max(n) from (select count(*) n from allocation group by sku) s")
    assert int(most) == 75
