"""What the library costs, as ratios to something measured in the same run."""
