"""Home: its sentence, the cards below it, and what is drawn in them."""
