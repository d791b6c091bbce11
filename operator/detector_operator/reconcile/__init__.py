"""What to do about a DetectorTraining, decided from what is there: pure, level-triggered, nothing remembered in between.

`decide` is the entry; `runs` and `actions` are what goes in and what comes out.
"""
