"""Tests of what the demo shows and how it counts."""
