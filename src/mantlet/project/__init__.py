"""Open, analyse, change, save: what every face of mantlet calls."""
