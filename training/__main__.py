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


def _export(options: argparse.Namespace) -> None:
    from training import experiments, export

    weights = options.run / "best.weights.h5"
    if not weights.exists():
        raise LowlightError(f"{options.run} holds no best.weights.h5: train first.")
    export.export(experiments.load(options.experiment), weights, options.out)


def _compare(options: argparse.Namespace) -> None:
    from lowlight.engine import open_network
    from training import data, evaluate

    pairs = data.split_lol(options.data)[options.part]
    print(f"{len(pairs)} pairs of the {options.part} scenes, full size")
    print(evaluate.compare(open_network(options.weights.read_bytes()), pairs, options.csv))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m training", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="command")
    train = commands.add_parser("train", help="train an experiment on LOL, or go on with a run that was stopped")
    train.add_argument("experiment", help="a file in training/experiments, without .py")
    train.add_argument("--data", type=Path, required=True, help="LOL's our485 folder, with low and high")
    train.add_argument("--run", type=Path, required=True, help="the run's folder; made if it is missing")
    train.set_defaults(run_command=_train)

    export = commands.add_parser("export", help="write a run's best weights as the ONNX file that the page runs")
    export.add_argument("experiment", help="the experiment the run belongs to")
    export.add_argument("--run", type=Path, required=True, help="the run's folder")
    export.add_argument("--out", type=Path, required=True, help="the ONNX file to write")
    export.set_defaults(run_command=_export)

    compare = commands.add_parser("compare", help="measure an ONNX file beside the stages without it, as a table")
    compare.add_argument("weights", type=Path, help="the ONNX file")
    compare.add_argument("--data", type=Path, required=True, help="LOL's our485 folder, with low and high")
    compare.add_argument(
        "--part", choices=("validation", "held-out"), default="held-out", help="which scenes (default: held-out)"
    )
    compare.add_argument("--csv", type=Path, help="a folder for one CSV file a method, one line a photo")
    compare.set_defaults(run_command=_compare)
    return parser


if __name__ == "__main__":
    sys.exit(main())
