"""How a network or a linear model is fitted to labelled epochs."""
