"""The engine for tables: a policy as column expressions, through narwhals."""
