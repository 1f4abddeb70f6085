"""Everything that makes a validated panel."""
