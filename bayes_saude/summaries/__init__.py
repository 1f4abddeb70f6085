"""What is concluded from a fit: rankings, the comparison with REML, how far to trust them."""
