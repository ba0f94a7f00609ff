# Two commands: `make demo` and `make test`. Each sets up what it needs first.
