"""What a changed policy changes, and for whom."""
