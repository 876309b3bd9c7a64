"""Which checkpoint suits a purpose: what is wanted, what is known of each one, and the rules with their sources."""
