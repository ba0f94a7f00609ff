"""`python -m earloop` is the command `earloop`."""

from earloop.cli import main

if __name__ == "__main__":
    main()
