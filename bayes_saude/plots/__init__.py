"""Figures: one file per kind, all with the same template.

Data first, options by keyword. `ax=None` makes a figure of the printed size; the axes come back, to be
changed at will, and `plotted(ax)` gives the numbers drawn. `ci_prob` is the probability of intervals that the
function itself computes; a table has its own. `lang` is "en" or "pt". Nothing is told by colour alone, so
that a figure survives a grey print.
"""
