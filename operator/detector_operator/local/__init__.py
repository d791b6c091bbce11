"""Drive one training on this machine: execute what `decide` returns with local processes, and keep the status in a file."""
