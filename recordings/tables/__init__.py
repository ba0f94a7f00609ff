"""Tables as text: what their lines, columns and clocks say. `recordings.table_file` opens one with what is here."""
