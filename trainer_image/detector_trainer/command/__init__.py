"""What several commands share: parsing of flags, the result of a run, suggestions for misspelt names, writing of files."""
