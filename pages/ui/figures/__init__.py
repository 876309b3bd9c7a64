"""What pictures are made of, and how they leave the page. Knows neither widgets that ask nor whole views."""
