"""Tables as text: their lines, columns and clocks; `file.py` opens one."""
