"""What is qualified and what comes out: contacts, interactions, standings, scores, and the catalogue of names."""
