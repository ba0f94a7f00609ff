"""What the project asks of the operating system: child processes, locks, files that are whole; it knows no signal."""
