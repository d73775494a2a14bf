"""`python -m services.support`."""

from services.support.app import main

if __name__ == "__main__":
    main()
