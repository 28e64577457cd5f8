"""Carriers' bills."""
