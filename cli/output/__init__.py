"""What commands print: tables, lines, progress bars, and the page of the demo."""
