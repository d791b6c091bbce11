"""The driver for one machine: does what `decide` says with local processes, keeps the status in a file."""
