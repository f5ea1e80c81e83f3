"""What can be said of every contact at once: cells of values, proofs about conditions and policies, and witnesses."""
