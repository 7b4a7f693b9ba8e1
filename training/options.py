"""What the training package's commands are told: their names, their options, and what they say of themselves."""

import argparse
from pathlib import Path

from training import experiments
from training.data.splits import PARTS, PROTOCOLS

DATA_HELP = "the data set: LOL's folder (our485, or the one above it), or any folder with low and high in it"
RUN_HELP = "the run's folder"
USUAL = "rooms for LOL, leak-free for any other data set"


def parser(text: str | None) -> argparse.ArgumentParser:
    """Return the parser of the command line; what it parses says which ``command`` it is.

    Args:
        text: what the package does.
    """
    whole = argparse.ArgumentParser(
        prog="python -m training", description=text, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = whole.add_subparsers(required=True, metavar="command", dest="command")
    judging = (_add_evaluate, _add_compare, _add_judge, _add_robustness)
    for add in (_add_prepare, _add_train, _add_wanted, _add_export, *judging, _add_publish):
        add(commands)
    return whole


_Commands = "argparse._SubParsersAction[argparse.ArgumentParser]"


def _add(commands: _Commands, name: str, text: str) -> argparse.ArgumentParser:
    return commands.add_parser(name, help=text.split(";")[0], description=f"{text[0].upper()}{text[1:]}.")


def _add_split(command: argparse.ArgumentParser) -> None:
    command.add_argument("--data", type=Path, required=True, help=DATA_HELP)
    command.add_argument("--split", type=Path, help="a split.json to follow, checked file by file")
    command.add_argument("--protocol", choices=PROTOCOLS, help=f"how to split without one (default: {USUAL})")


def _add_part(command: argparse.ArgumentParser) -> None:
    command.add_argument("--part", choices=PARTS, default="held-out", help="which scenes (default: held-out)")


def _add_prepare(commands: _Commands) -> None:
    command = _add(
        commands,
        "prepare",
        "check a data set, split it by scene and report leaks; without a source it fetches LOL from the Hugging Face "
        "Hub, with --clean it makes pairs from well-lit photos",
    )
    command.add_argument("source", type=Path, nargs="?", help=DATA_HELP)
    command.add_argument("--out", type=Path, required=True, help="folder for split.json and what else is made")
    command.add_argument("--clean", type=Path, metavar="FOLDER", help="make dark and bright pairs from these photos")
    command.add_argument("--count", type=int, default=200, help="how many pairs --clean makes (default: 200)")
    command.add_argument("--protocol", choices=PROTOCOLS, help=f"how to split (default: {USUAL})")
    command.add_argument("--preview", metavar="EXPERIMENT", help="draw a contact sheet of what its network sees")
    command.add_argument("--revision", help="of LOL on the Hub, where it is fetched (default: the newest)")
    command.add_argument("--seed", type=int, default=0, help="of --clean and --preview")


def _add_train(commands: _Commands) -> None:
    command = _add(
        commands,
        "train",
        "train an experiment, or go on with a run that was stopped, to the step; on several machines by "
        "KERAS_BACKEND=jax and Keras's three KERAS_DISTRIBUTION_ variables",
    )
    command.add_argument("experiment", help=f"one of {', '.join(experiments.names())}")
    command.add_argument(
        "--data", type=Path, required=True, nargs="+", help=f"{DATA_HELP}; several train, and validate, together"
    )
    command.add_argument("--clean", type=Path, metavar="FOLDER", help="well-lit photos: dark ones are made of them")
    command.add_argument(
        "--split", type=Path, nargs="+", default=[], help="a split.json to follow, or several, checked file by file"
    )
    command.add_argument("--protocol", choices=PROTOCOLS, help=f"how to split without one (default: {USUAL})")
    command.add_argument("--run", type=Path, required=True, help=f"{RUN_HELP}; made if it is missing")
    command.add_argument(
        "--start",
        type=Path,
        metavar="RUN",
        nargs="+",
        default=[],
        help="begin with the best weights of this run's folder, or with the mean of several runs'",
    )
    command.add_argument("--until", type=int, metavar="EPOCH", help="stop after this epoch of a longer schedule")
    command.add_argument("--workers", type=int, default=2, help="threads that make batches (default: 2)")
    command.add_argument("--throughput", action="store_true", help="only measure whether they keep the device busy")


def _add_wanted(commands: _Commands) -> None:
    command = _add(
        commands,
        "wanted",
        "teach the forest how light photos ought to be, by pairs, well-lit photos and finished dark ones; says how "
        "such forests do on photos that did not teach them",
    )
    command.add_argument("--data", type=Path, required=True, nargs="+", help=f"{DATA_HELP}; several teach together")
    command.add_argument("--clean", type=Path, metavar="FOLDER", help="well-lit photos: dark ones are made of them")
    command.add_argument("--dark", type=Path, metavar="FOLDER", required=True, help="dark photos that are finished")
    command.add_argument("--protocol", choices=PROTOCOLS, help=f"how to split (default: {USUAL})")
    command.add_argument("--out", type=Path, required=True, help="the .npz file; its checksum goes beside it")
    command.add_argument("--seed", type=int, default=0, help="of everything that is drawn")


def _add_export(commands: _Commands) -> None:
    command = _add(commands, "export", "write a run's best weights as the ONNX file that the page runs")
    command.add_argument("--run", type=Path, required=True, help=RUN_HELP)
    command.add_argument("--experiment", help="where the run's folder does not say which it was")
    command.add_argument(
        "--average",
        type=Path,
        metavar="RUN",
        nargs="+",
        default=[],
        help="export the mean of the weights of this run and of these",
    )
    command.add_argument("--out", type=Path, help="the ONNX file (default: in the run's folder)")


def _add_evaluate(commands: _Commands) -> None:
    command = _add(
        commands,
        "evaluate",
        "judge an ONNX file on pairs, photo by photo, through the page's own pipeline; writes a CSV, a summary, the "
        "ten worst and a figure",
    )
    command.add_argument("--run", type=Path, required=True, help=RUN_HELP)
    _add_split(command)
    _add_part(command)
    command.add_argument("--weights", type=Path, help="the ONNX file (default: the run's own)")
    command.add_argument("--out", type=Path, help="folder for the results (default: evaluation in the run's)")


def _add_compare(commands: _Commands) -> None:
    command = _add(
        commands,
        "compare",
        "measure ONNX files beside the stages without a network, as one Markdown table with parameters, multiply-adds, "
        "size and time; times are compared with the first file's",
    )
    command.add_argument("weights", type=Path, nargs="+", help="ONNX files")
    _add_split(command)
    _add_part(command)
    command.add_argument("--out", type=Path, help="folder for compare.md and compare.csv")
    command.add_argument(
        "--averaged", action="store_true", help="the first network also averaged over eight orientations: a bound"
    )


def _add_judge(commands: _Commands) -> None:
    command = _add(
        commands,
        "judge",
        "measure networks on photos of every kind, with references and without, and say which is worse than the first "
        "one; at least one of the data folders has to be named",
    )
    command.add_argument(
        "networks",
        nargs="+",
        metavar="NETWORK",
        help="an ONNX file, or NAME=FILE of one; or NAME=FOLDER with the pictures that something else made, "
        "FOLDER/lol/STEM.png or STEM_enhanced.png and so on; or as-it-came, the photos themselves",
    )
    command.add_argument("--lol", type=Path, metavar="DIR", help="LOL, judged on rooms that do not train")
    command.add_argument("--brackets", type=Path, metavar="DIR", help="pairs with scenes.csv, a tenth of the scenes")
    command.add_argument("--night", type=Path, metavar="DIR", help="pairs, all of them")
    command.add_argument("--dark", type=Path, metavar="DIR", help="dark photos without reference")
    command.add_argument("--clean", type=Path, metavar="DIR", help="well-lit photos, which should stay as they are")
    command.add_argument("--held-out", action="store_true", help="pairs held out, for weights of a final split")
    command.add_argument("--out", type=Path, help="folder for judge.md and judge.csv")
    command.add_argument("--every", type=int, default=1, metavar="N", help="only every Nth photo, for a quick look")
    command.add_argument("--strict", action="store_true", help="exit code 1 if the last network is worse")


def _add_robustness(commands: _Commands) -> None:
    command = _add(
        commands,
        "robustness",
        "darken well-lit photos to several levels, with noise and JPEG, and measure what an ONNX file makes of them; "
        "prints a Markdown table",
    )
    command.add_argument("weights", type=Path, help="the ONNX file")
    command.add_argument("--clean", type=Path, required=True, metavar="FOLDER", help="well-lit photos")


def _add_publish(commands: _Commands) -> None:
    command = _add(
        commands,
        "publish",
        "check a run, upload it to the Hugging Face Hub in one commit, tag it, and print the lines that pin it; needs "
        "an exported run and a token with the right to write (HF_TOKEN)",
    )
    command.add_argument("repo_id", help="owner/name of the model repository; made if it is missing")
    command.add_argument("--run", type=Path, required=True, help=f"{RUN_HELP}, exported and, better, evaluated")
    command.add_argument("--tag", required=True, help="the release's name, v1.0 for example; never overwritten")
    command.add_argument("--dry-run", action="store_true", help="show files, sizes and card; send nothing")
    command.add_argument("--private", action="store_true", help="make the repository private")
    command.add_argument("--name", help="which ONNX file, without .onnx, if the run has several")
    command.add_argument("--terms", help="a licence's name on the Hub, where the data allow one (else: research use)")
    command.add_argument("--hardware", help="what it was trained on, for the card")
    command.add_argument(
        "--gallery",
        action=argparse.BooleanOptionalAction,
        default=True,
        help="publish the evaluation's pictures, which show photos of the data set (default: yes)",
    )
