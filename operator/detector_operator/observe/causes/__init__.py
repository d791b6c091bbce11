"""Why a run ended, one family a file. Each takes a Sight and answers with a Why, or None if it was something else."""
