"""From when on a difference counts."""

SURE = 2  # standard errors; chance alone goes further once in twenty times
