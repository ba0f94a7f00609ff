"""Services of the operating system: child processes, programs, locks, atomic files; nothing here concerns signals."""
