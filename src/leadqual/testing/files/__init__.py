"""Tests of a policy that are written as data, in files that end in ``.policytest.yaml``."""
