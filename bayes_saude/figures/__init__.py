"""The figures of a result: which there are, of what each is drawn, and what stands around it."""
