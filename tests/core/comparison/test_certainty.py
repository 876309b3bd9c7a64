"""How sure a score is (certainty.py): few rows that are all right say little."""

import pytest

from core.comparison.certainty import error_or_least, percent_said, wilson


def test_all_of_few_rows_are_no_proof() -> None:
    assert wilson(1.0, 10) == (pytest.approx(0.7225, abs=1e-4), 1.0)
    assert percent_said(1.0, 0.0, 10) == "100.0 (72 to 100)"
    assert percent_said(0.0, 0.0, 200) == "0.0 (0 to 2)"
    assert percent_said(0.875, 0.048, 48) == "87.5 ± 4.8"
    assert error_or_least(0.0, 9) == 0.1
    assert error_or_least(0.03, 9) == 0.03
