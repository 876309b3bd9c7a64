"""Results as pictures: one module a kind of result. Everything here draws on the page and returns nothing."""
