"""Makes the weights, from a folder of photos to a pinned release.

A run has a folder: train makes it, export adds the file that the page runs, evaluate the figures, and publish sends it.
"""

import argparse
import sys
from collections.abc import Callable
from functools import partial
from hashlib import sha256
from pathlib import Path

from lowlight.errors import LowlightError
from training import experiments
from training.data import mixture, split_file
from training.data.splits import SplitSet
from training.options import parser


def main(arguments: list[str] | None = None) -> int:
    """Run a command; return the exit code."""
    options = parser(__doc__).parse_args(arguments)
    try:
        return COMMANDS[options.command](options) or 0
    except LowlightError as error:
        print(error, file=sys.stderr)
        return 1


def _prepare(options: argparse.Namespace) -> None:
    from training.batches import synthetic
    from training.data import prepare

    source = options.source
    if options.clean is not None:
        source = options.out / "pairs"
        synthetic.synthesize(options.clean, source, count=options.count, seed=options.seed)
    draw = None
    if options.preview:
        from training.batches import preview  # albumentations takes seconds to import

        draw = partial(preview.draw, experiments.load(options.preview), options.seed)
    prepare.prepare(
        source,
        options.out,
        protocol=options.protocol,
        draw=draw,
        revision=options.revision,
    )


def _train(options: argparse.Namespace) -> None:
    from training.run import throughput, train

    experiment = experiments.load(options.experiment)
    sets = mixture.gather(options.data, options.clean, protocol=options.protocol, split_files=options.split)
    sets = [mixture.large_enough(one, experiment.patch_size) for one in sets]
    mixture.check(experiment, sets)
    parts = mixture.together(sets)
    if options.throughput:
        print(throughput.throughput(experiment, parts["training"], workers=options.workers))
        return
    print("\n".join(map(mixture.told, sets)), flush=True)
    train.train(
        experiment,
        parts["training"],
        parts["validation"],
        options.run,
        workers=options.workers,
        write_split=partial(split_file.write, sets=sets),
        start=[_best(run) for run in options.start],
        until=options.until,
    )


def _wanted(options: argparse.Namespace) -> None:
    from training.run import wanted

    pairs = mixture.together(mixture.gather(options.data, options.clean, protocol=options.protocol))["training"]
    print(wanted.teach(pairs, options.dark, options.out, options.seed))


def _export(options: argparse.Namespace) -> None:
    from training.release import export, ingredients
    from training.run import journal

    weights = _best(options.run)
    experiment = experiments.load(options.experiment or journal.experiment_of(options.run))
    target = options.out or options.run / f"{experiment.name.replace('_', '-')}.onnx"
    export.export(experiment, weights, target, [_best(run) for run in options.average])
    ingredients.record(target, options.average)
    print(target)


def _best(run: Path) -> Path:
    weights = run / "best.weights.h5"
    if not weights.exists():
        raise LowlightError(f"{run} holds no best.weights.h5: train first.")
    return weights


def _evaluate(options: argparse.Namespace) -> None:
    from training.judge import evaluate

    path = options.split or _if_there(options.run / "split.json")
    weights = options.weights or _only_onnx(options.run)
    found = _split(options, path)
    summary = evaluate.evaluate(
        weights,
        found.parts[options.part],
        options.out or options.run / "evaluation",
        split=_name(found, options.part),
        protocol=found.protocol,
        split_sha256=_checksum(path),
    )
    means = summary["mean"]
    print(
        f"{summary['pairs']} pairs of {summary['split']}: PSNR {means['psnr']:.2f} dB, SSIM {means['ssim']:.3f}; "
        f"GT-mean (exposure given) {means['gt_mean_psnr']:.2f} dB, {means['gt_mean_ssim']:.3f}"
    )


def _compare(options: argparse.Namespace) -> None:
    from training.judge import compare

    found = _split(options, options.split)
    print(
        compare.compare(
            options.weights,
            found.parts[options.part],
            options.out,
            split=_name(found, options.part),
            protocol=found.protocol,
            split_sha256=_checksum(options.split),
            averaged=options.averaged,
        )
    )


def _judge(options: argparse.Namespace) -> int:
    from training.judge import judging, lineup

    if options.strict and not set(options.networks[1:]) - {lineup.AS_IT_CAME}:
        raise LowlightError("--strict compares the last network with the first one. Name at least two.")
    folders = {name: folder for name in lineup.SETS if (folder := getattr(options, name))}
    judgement = judging.judge(options.networks, folders, options.out, every=options.every, held_out=options.held_out)
    print(judgement.text)
    return int(options.strict and bool(list(judgement.worse.values())[-1]))


def _robustness(options: argparse.Namespace) -> None:
    from training.judge import robustness

    print(robustness.robustness(options.weights, options.clean))


def _publish(options: argparse.Namespace) -> None:
    from training.release import publish

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


def _split(options: argparse.Namespace, path: Path | None) -> SplitSet:
    """Return the split of one data set that the options ask for: read from a file, or made."""
    (found,) = mixture.gather([options.data], protocol=options.protocol, split_files=[path] if path else [])
    return found


def _name(found: SplitSet, part: str) -> str:
    return f"{found.source}, {part} scenes"


def _checksum(path: Path | None) -> str:
    return sha256(path.read_bytes()).hexdigest() if path else ""


def _if_there(path: Path) -> Path | None:
    return path if path.exists() else None


def _only_onnx(run: Path) -> Path:
    found = sorted(run.glob("*.onnx"))
    if len(found) != 1:
        raise LowlightError(f"{run} holds {len(found)} ONNX files: export first, or name one with --weights.")
    return found[0]


COMMANDS: dict[str, Callable[[argparse.Namespace], int | None]] = {
    "prepare": _prepare,
    "train": _train,
    "wanted": _wanted,
    "export": _export,
    "evaluate": _evaluate,
    "compare": _compare,
    "judge": _judge,
    "robustness": _robustness,
    "publish": _publish,
}

if __name__ == "__main__":
    sys.exit(main())
