"""Fitting models: sampling, the effects of units, checks, and the folder of results."""
