"""Figures: one file per kind, all with the same template.

Data first, options by keyword. `ax=None` makes a figure of the printed size; the axes come back, to be
changed at will. `lang` is "en" or "pt". Nothing is told by colour alone, so that a figure survives a grey
print.
"""
