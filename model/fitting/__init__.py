"""Fitting of networks and linear models to labelled epochs."""
