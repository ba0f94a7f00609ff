"""Plans: recordings x devices x designs x tolerances, as a file, to one verdict over all."""
