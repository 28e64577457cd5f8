"""Bills, the card of prices and the price of a call."""
