"""``python -m ie`` is the command ``ie``."""

from ie.cli import main

if __name__ == "__main__":
    main()
