"""`python -m earloop` is the command `earloop`."""

from earloop.cli.main import main

if __name__ == "__main__":
    main()
