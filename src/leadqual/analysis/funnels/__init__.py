"""What a funnel did: counts, conversion, time in stages."""
