"""What a sizing looks like on paper: notes, tables, Markdown, JSON."""
