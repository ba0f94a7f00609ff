"""The measurements, one module each: `measure()` returns rows of the table, `NEEDS` names the required tools."""
