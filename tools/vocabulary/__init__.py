"""Find words and phrases that this project does not use, and docstrings that begin with no verb."""
