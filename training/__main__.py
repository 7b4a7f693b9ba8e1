"""The training package's command line: ``python -m training --help``."""

import argparse
import sys
from pathlib import Path

from lowlight.errors import LowlightError


def main(arguments: list[str] | None = None) -> int:
    """Run a command; return the exit code."""
    options = _parser().parse_args(arguments)
    try:
        options.run_command(options)
    except LowlightError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _train(options: argparse.Namespace) -> None:
    from training import data, experiments, train

    parts = data.split_lol(options.data)
    print({part: len(pairs) for part, pairs in parts.items()}, flush=True)
    train.train(experiments.load(options.experiment), parts["training"], parts["validation"], options.run)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m training", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="command")
    train = commands.add_parser("train", help="train an experiment on LOL, or go on with a run that was stopped")
    train.add_argument("experiment", help="a file in training/experiments, without .py")
    train.add_argument("--data", type=Path, required=True, help="LOL's our485 folder, with low and high")
    train.add_argument("--run", type=Path, required=True, help="the run's folder; made if it is missing")
    train.set_defaults(run_command=_train)
    return parser


if __name__ == "__main__":
    sys.exit(main())
