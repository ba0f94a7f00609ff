"""What the project asks of the operating system: child processes, programs, locks, whole files; it knows no signal."""
