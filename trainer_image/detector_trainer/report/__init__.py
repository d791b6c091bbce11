"""The report as one page of HTML: all it shows is in it, and it runs no script."""
