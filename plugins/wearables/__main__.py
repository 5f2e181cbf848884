"""``python -m wearables``: the command line."""

from wearables.cli.main import main

if __name__ == "__main__":
    main()
