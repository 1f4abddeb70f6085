"""Model files and the PyMC models made from them."""
