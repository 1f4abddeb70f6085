"""`python -m bayes_saude`: the command line."""

from bayes_saude.cli import main

if __name__ == "__main__":
    main()
