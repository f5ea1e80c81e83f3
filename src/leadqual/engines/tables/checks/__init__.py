"""What the rows and columns of two tables are held to before anything is computed."""
