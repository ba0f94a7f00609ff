"""The head: positions of electrodes and sources, and the potentials that sources cause at electrodes."""
