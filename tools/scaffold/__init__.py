"""Create the files of a new check, failure, policy, verb or field: `make new KIND=... NAME=...`; see CONTRIBUTING.md."""
