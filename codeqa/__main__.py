"""`python -m codeqa` is the console script."""

from codeqa.cli import main

if __name__ == "__main__":
    main(prog_name="codeqa")
