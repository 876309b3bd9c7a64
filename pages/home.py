"""Home: a sentence read in five ways while somebody types, a card for each page, the family."""

from pages.ui.views.home import cards, welcome

welcome.opening()
cards.read_along()
cards.groups()
welcome.families()
