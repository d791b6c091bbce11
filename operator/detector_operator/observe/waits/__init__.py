"""What a live run waits for, one family a file. Each takes a Sight and answers with a Why, or None if it is something else."""
