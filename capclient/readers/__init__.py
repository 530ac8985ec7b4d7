"""One file format each, to text columns with provenance."""
