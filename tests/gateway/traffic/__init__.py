"""Tests of telephone traffic."""
