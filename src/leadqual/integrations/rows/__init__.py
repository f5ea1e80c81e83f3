"""From the rows of a file to contacts, companies, links and interactions."""
