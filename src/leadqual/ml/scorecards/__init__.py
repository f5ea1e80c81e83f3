"""Scorecards: rules that are learned from data, for people to read, edit and test."""
