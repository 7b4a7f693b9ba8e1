"""Makes the weights, from a folder of photos to a pinned release.

A run has a folder: train makes it, export adds the file that the page runs, evaluate the figures, and publish sends it.
"""

import argparse
import sys
from functools import partial
from hashlib import sha256
from pathlib import Path

from lowlight.errors import LowlightError
from training import data, experiments, pairs
from training.data import PARTS, PROTOCOLS, Split

DATA_HELP = "the data set: LOL's folder (our485, or the one above it), or any folder with low and high in it"
RUN_HELP = "the run's folder"


def main(arguments: list[str] | None = None) -> int:
    """Run a command; return the exit code."""
    options = _parser().parse_args(arguments)
    try:
        options.run_command(options)
    except LowlightError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _prepare(options: argparse.Namespace) -> None:
    from training import prepare, synthetic

    source = options.source
    if options.clean is not None:
        source = options.out / "pairs"
        synthetic.synthesize(options.clean, source, count=options.count, seed=options.seed)
    prepare.prepare(
        source,
        options.out,
        protocol=options.protocol,
        preview=options.preview,
        augmentation=options.augmentation,
        revision=options.revision,
        seed=options.seed,
    )


def _train(options: argparse.Namespace) -> None:
    from training import journal, throughput, train

    experiment = experiments.load(options.experiment)
    parts, protocol, left_out = _split(options)
    if options.throughput:
        print(throughput.throughput(experiment, parts["training"], workers=options.workers))
        return
    print(", ".join(f"{part}: {len(found)} pairs" for part, found in parts.items()), flush=True)
    write_split = partial(
        data.write_split,
        parts=parts,
        root=pairs.data_root(options.data),
        protocol=protocol,
        source=pairs.open_dataset(options.data).name,
        left_out=left_out,
    )
    train.train(
        experiment,
        parts["training"],
        parts["validation"],
        options.run,
        workers=options.workers,
        write_split=write_split,
        start=[_best(run) for run in options.start],
        teachers=[(experiments.load(journal.experiment_of(run)), _best(run)) for run in options.teacher],
        until=options.until,
    )


def _export(options: argparse.Namespace) -> None:
    from training import export, ingredients, journal

    weights, exposure = _best(options.run), _best(options.exposure) if options.exposure else None
    experiment = experiments.load(options.experiment or journal.experiment_of(options.run))
    target = options.out or options.run / f"{experiment.name.replace('_', '-')}.onnx"
    average = [_best(run) for run in options.average]
    export.export(experiment, weights, target, exposure, average)
    ingredients.record(target, exposure=options.exposure, average=options.average)
    print(target)


def _best(run: Path) -> Path:
    weights = run / "best.weights.h5"
    if not weights.exists():
        raise LowlightError(f"{run} holds no best.weights.h5: train first.")
    return weights


def _evaluate(options: argparse.Namespace) -> None:
    from training import evaluate

    split_file = options.split or _if_there(options.run / "split.json")
    weights = options.weights or _only_onnx(options.run)
    parts, protocol, _ = _split(options, split_file)
    summary = evaluate.evaluate(
        weights,
        parts[options.part],
        options.out or options.run / "evaluation",
        split=_name(options),
        protocol=protocol,
        split_sha256=_checksum(split_file),
    )
    means = summary["mean"]
    print(
        f"{summary['pairs']} pairs of {summary['split']}: PSNR {means['psnr']:.2f} dB, SSIM {means['ssim']:.3f}; "
        f"GT-mean (exposure given) {means['gt_mean_psnr']:.2f} dB, {means['gt_mean_ssim']:.3f}"
    )


def _compare(options: argparse.Namespace) -> None:
    from training import compare

    parts, protocol, _ = _split(options)
    chosen = parts[options.part]
    checksum = _checksum(options.split)
    print(
        compare.compare(
            options.weights,
            chosen,
            options.out,
            split=_name(options),
            protocol=protocol,
            split_sha256=checksum,
            averaged=options.averaged,
        )
    )


def _robustness(options: argparse.Namespace) -> None:
    from training import robustness

    print(robustness.robustness(options.weights, options.clean))


def _exposure(options: argparse.Namespace) -> None:
    from training import exposure_report

    parts, _, _ = _split(options)
    print(exposure_report.report(options.weights, parts[options.part], _name(options)))


def _publish(options: argparse.Namespace) -> None:
    from training import publish

    publish.publish(
        options.run,
        options.repo_id,
        tag=options.tag,
        dry_run=options.dry_run,
        private=options.private,
        name=options.name,
        terms=options.terms,
        hardware=options.hardware,
        gallery=options.gallery,
    )


def _split(options: argparse.Namespace, path: Path | None = None) -> tuple[Split, str, dict[str, str]]:
    """Return the split that the options ask for, its protocol, and what it leaves out: read from a file, or made."""
    path = path or options.split
    if path is not None:
        return data.read_split(path, options.data), *data.read_terms(path)
    parts, left_out = data.split(pairs.open_dataset(options.data), options.protocol)
    return parts, options.protocol, left_out


def _name(options: argparse.Namespace) -> str:
    return f"{pairs.open_dataset(options.data).name}, {options.part} scenes"


def _checksum(path: Path | None) -> str:
    return sha256(path.read_bytes()).hexdigest() if path else ""


def _if_there(path: Path) -> Path | None:
    return path if path.exists() else None


def _only_onnx(run: Path) -> Path:
    found = sorted(run.glob("*.onnx"))
    if len(found) != 1:
        raise LowlightError(f"{run} holds {len(found)} ONNX files: export first, or name one with --weights.")
    return found[0]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m training", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(required=True, metavar="command")
    judging = (_add_evaluate, _add_compare, _add_robustness, _add_exposure)
    for add in (_add_prepare, _add_train, _add_export, *judging, _add_publish):
        add(commands)
    return parser


_Commands = "argparse._SubParsersAction[argparse.ArgumentParser]"


def _add(commands: _Commands, name: str, run_command: object, text: str) -> argparse.ArgumentParser:
    command = commands.add_parser(name, help=text.split(";")[0], description=f"{text[0].upper()}{text[1:]}.")
    command.set_defaults(run_command=run_command)
    return command


def _add_split(command: argparse.ArgumentParser) -> None:
    command.add_argument("--data", type=Path, required=True, help=DATA_HELP)
    command.add_argument("--split", type=Path, help="a split.json to follow, checked file by file")
    command.add_argument("--protocol", choices=PROTOCOLS, default="leak-free", help="how to split without one")


def _add_part(command: argparse.ArgumentParser) -> None:
    command.add_argument("--part", choices=PARTS, default="held-out", help="which scenes (default: held-out)")


def _add_prepare(commands: _Commands) -> None:
    command = _add(
        commands,
        "prepare",
        _prepare,
        "check a data set, split it by scene and report leaks; without a source it fetches LOL from the Hugging Face "
        "Hub, with --clean it makes pairs from well-lit photos",
    )
    command.add_argument("source", type=Path, nargs="?", help=DATA_HELP)
    command.add_argument("--out", type=Path, required=True, help="folder for split.json and what else is made")
    command.add_argument("--clean", type=Path, metavar="FOLDER", help="make dark and bright pairs from these photos")
    command.add_argument("--count", type=int, default=200, help="how many pairs --clean makes (default: 200)")
    command.add_argument("--protocol", choices=PROTOCOLS, default="leak-free", help="how to split")
    command.add_argument("--preview", action="store_true", help="draw a contact sheet of what the network sees")
    command.add_argument("--augmentation", default="published", help="which one it shows: published or varied")
    command.add_argument("--revision", help="of LOL on the Hub, where it is fetched (default: the newest)")
    command.add_argument("--seed", type=int, default=0, help="of --clean and --preview")


def _add_train(commands: _Commands) -> None:
    command = _add(
        commands,
        "train",
        _train,
        "train an experiment, or go on with a run that was stopped, to the step; on several machines by "
        "KERAS_BACKEND=jax and Keras's three KERAS_DISTRIBUTION_ variables",
    )
    command.add_argument("experiment", help=f"one of {', '.join(experiments.names())}")
    _add_split(command)
    command.add_argument("--run", type=Path, required=True, help=f"{RUN_HELP}; made if it is missing")
    command.add_argument(
        "--start",
        type=Path,
        metavar="RUN",
        nargs="+",
        default=[],
        help="begin with the best weights of this run's folder, or with the mean of several runs'",
    )
    command.add_argument(
        "--teacher",
        type=Path,
        metavar="RUN",
        nargs="+",
        default=[],
        help="where the experiment is taught: the runs whose answers it learns (default: those of --start); also when "
        "it goes on",
    )
    command.add_argument("--until", type=int, metavar="EPOCH", help="stop after this epoch of a longer schedule")
    command.add_argument("--workers", type=int, default=2, help="threads that make batches (default: 2)")
    command.add_argument("--throughput", action="store_true", help="only measure whether they keep the device busy")


def _add_export(commands: _Commands) -> None:
    command = _add(commands, "export", _export, "write a run's best weights as the ONNX file that the page runs")
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
    command.add_argument("--exposure", type=Path, help="for the guided U-Net: the exposure network's run folder")
    command.add_argument("--out", type=Path, help="the ONNX file (default: in the run's folder)")


def _add_evaluate(commands: _Commands) -> None:
    command = _add(
        commands,
        "evaluate",
        _evaluate,
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
        _compare,
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


def _add_robustness(commands: _Commands) -> None:
    command = _add(
        commands,
        "robustness",
        _robustness,
        "darken well-lit photos to several levels, with noise and JPEG, and measure what an ONNX file makes of them; "
        "prints a Markdown table",
    )
    command.add_argument("weights", type=Path, help="the ONNX file")
    command.add_argument("--clean", type=Path, required=True, metavar="FOLDER", help="well-lit photos")


def _add_exposure(commands: _Commands) -> None:
    command = _add(
        commands,
        "exposure",
        _exposure,
        "measure how well a guided network knows how bright photos should be, and what that costs; prints a Markdown "
        "table",
    )
    command.add_argument("weights", type=Path, help="the ONNX file")
    _add_split(command)
    _add_part(command)


def _add_publish(commands: _Commands) -> None:
    command = _add(
        commands,
        "publish",
        _publish,
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


if __name__ == "__main__":
    sys.exit(main())
