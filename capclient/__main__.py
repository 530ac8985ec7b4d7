"""``python -m capclient``: the command line."""

from capclient.cli import main

if __name__ == "__main__":
    main()
