"""The report of a validation as text and as an HTML page, which is self-contained and runs no script."""
