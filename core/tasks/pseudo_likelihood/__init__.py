"""pseudo-likelihood: how expected each piece of a text is (Salazar et al. 2020, arxiv.org/abs/1910.14659)."""
