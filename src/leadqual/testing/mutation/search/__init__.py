"""Looking for a contact that tells a mutant from its policy: the test that is missing."""
