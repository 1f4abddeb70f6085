"""The report: a set of results as one HTML file that is read without a network or this package."""
