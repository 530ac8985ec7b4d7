"""Executed notebooks become pages and files. Floor 8."""
