"""The lessons: for each, the answers that the package computes and the slips it recognises."""
