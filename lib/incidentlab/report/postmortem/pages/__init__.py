"""A document as Markdown, HTML and PDF: each takes the same plain data."""
