"""Shapes that several sources share: curves and spectra."""
