"""Benchmarks as ratios: our side and what a user would otherwise write, measured in one run.

``python -m tests.benchmarks`` (or ``make bench``). Each side runs in fresh processes, in turn with the other, and the
medians are compared. Other work on the machine moves the seconds; it moves the ratios much less.
"""
