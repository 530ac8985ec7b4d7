"""The only code that touches invoice lines: a handful of operations, and what runs them."""
