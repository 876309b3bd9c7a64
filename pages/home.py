"""Home: a sentence read in five ways while somebody types, a card for each page, the family."""

from pages.ui import front
from pages.ui.render import welcome

welcome.opening()
front.read_along()
front.groups()
welcome.families()
