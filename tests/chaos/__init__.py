"""Trainings while the operator, the API server, etcd and the kubelet are killed at random moments: `make chaos`.

`plan` draws, from a seed, what is trained and what is killed when. `play` applies the trainings and does with each what its
scenario defines; `kills` kills. `record` watches everything from outside meanwhile, and `judge` compares what it saw with what would
have happened undisturbed.
"""
