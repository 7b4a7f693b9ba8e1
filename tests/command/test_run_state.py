"""What a run on many machines keeps until it has ended: what is tried again, and what counts; no cluster is needed."""

from dataclasses import asdict, replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from lowlight.command.columns import DONE
from lowlight.command.inputs import Found
from lowlight.command.outcome import Outcome, RunError, Status
from lowlight.command.run_state import STATE, Asked, RunState
from lowlight.command.work import Existing, Wish
from lowlight.settings import Settings

WISH = Wish(Settings(), None, Existing.REFUSE, place=False, own_colours=False)


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    """An empty folder."""
    monkeypatch.chdir(tmp_path)


def photos(*names):
    """Return photos of these names."""
    return [Found(Path("in", name), Path()) for name in names]


def state(*names, told=None, wish=WISH, asked=("in",), out=Path("out")):
    """Return the state of a run on photos of these names, and tell what it says."""
    return RunState(
        photos(*names), Asked(asked, out, "enhanced", False, wish), (told if told is not None else []).append
    )


def plan(run):
    """Return the rows of a run's plan by their photos' names."""
    rows = [row for file, group in run.write_plan(2) for row in pq.ParquetFile(file).read_row_group(group).to_pylist()]
    return {Path(row["named"]).name: {**row, "there": dict(row["there"]), "made": dict(row["made"])} for row in rows}


def told_of(run, number, **ends):
    """Write what became of some rows of a plan, as Ray does; results that are done are there."""
    rows = []
    for name, status in ends.items():
        row = plan(run)[f"{name}.jpg"]
        result = f"out/{name}_enhanced.jpg" if status is Status.DONE else None
        if result:
            Path(result).write_bytes(b"made")
        outcome = Outcome(row["named"], status, result, sentence=f"{status} at try {number}")
        rows.append({"id": row["id"], **asdict(outcome)})
    Path(run.path("rows")).mkdir(exist_ok=True)
    pq.write_table(pa.Table.from_pylist(rows, DONE), run.path("rows", f"{number}.parquet"))


def counting(run, **more):
    """Return how the photos ended, by name."""
    return {Path(one.path).stem: one.status for one in run.outcomes(**more)}


def test_a_run_that_is_stopped_goes_on():
    """What was done or refused has its id, by which Ray leaves it out; the results of others were made by this run."""
    first = state("a.jpg", "b.jpg", "c.jpg", "d.jpg")
    Path("out/d_enhanced.jpg").write_bytes(b"somebody's")
    told_of(first, 1, a=Status.DONE, b=Status.REFUSED)
    Path("out/c_enhanced.jpg").write_bytes(b"made, not told")
    told = []
    again = state("a.jpg", "b.jpg", "c.jpg", "d.jpg", told=told)
    assert told == ["The run that was stopped here goes on."]
    ids = {row["id"] for row in pq.read_table(first.path("rows")).to_pylist()}
    rows = plan(again)
    assert {name for name, row in rows.items() if row["id"] in ids} == {"a.jpg", "b.jpg"}
    assert (rows["c.jpg"]["made"], rows["c.jpg"]["there"]) == ({".jpg": 14}, {})
    assert (rows["d.jpg"]["made"], rows["d.jpg"]["there"]) == ({}, {".jpg": 10})
    assert counting(again) == {"a": Status.DONE, "b": Status.REFUSED}
    told_of(again, 2, c=Status.SKIPPED)
    assert counting(again, ended=True) == {
        "a": Status.DONE,
        "b": Status.REFUSED,
        "c": Status.SKIPPED,
        "d": Status.FAILED,  # nobody told
    }


def test_what_failed_is_tried_again_and_so_is_what_is_gone():
    """As often as it takes; the last try is what is told."""
    first = state("a.jpg", "b.jpg", "c.jpg")
    told_of(first, 1, a=Status.FAILED, b=Status.DONE, c=Status.DONE)
    Path("out/b_enhanced.jpg").unlink()
    second = state("a.jpg", "b.jpg", "c.jpg")
    tried = plan(second)
    known = {row["id"] for row in pq.read_table(first.path("rows")).to_pylist()}
    assert {name for name, row in tried.items() if row["id"] not in known} == {"a.jpg", "b.jpg"}
    told_of(second, 2, a=Status.FAILED, b=Status.DONE)
    third = state("a.jpg", "b.jpg", "c.jpg")
    known = {row["id"] for row in pq.read_table(first.path("rows")).to_pylist()}
    assert {name for name, row in plan(third).items() if row["id"] not in known} == {"a.jpg"}
    told_of(third, 3, a=Status.DONE)
    ended = {Path(one.path).stem: one.sentence for one in third.outcomes(ended=True)}
    assert ended == {"a": "done at try 3", "b": "done at try 2", "c": "done at try 1"}
    third.end()
    assert not Path("out", STATE).exists()


def test_photos_that_came_or_went_between_the_calls():
    """Those that came are done, those that went are not told of."""
    first = state("a.jpg", "b.jpg")
    told_of(first, 1, a=Status.DONE, b=Status.DONE)
    again = state("b.jpg", "new.jpg")
    Path("out/new_enhanced.jpg").write_bytes(b"somebody's")
    assert plan(again)["new.jpg"]["there"] == {".jpg": 10}
    assert counting(again) == {"b": Status.DONE}


@pytest.mark.parametrize(
    "other",
    [
        {"wish": replace(WISH, settings=Settings(exposure=2.0))},
        {"wish": replace(WISH, existing=Existing.OVERWRITE)},
        {"asked": ("in", "there")},
    ],
    ids=["settings", "overwrite", "photos"],
)
def test_a_run_that_asks_for_something_else_starts_anew(other):
    """And says so; what was made stays, and counts as somebody's."""
    told_of(state("a.jpg"), 1, a=Status.DONE)
    told = []
    again = state("a.jpg", told=told, **other)
    assert told == ["A run that asked for something else was stopped here: this one starts anew."]
    row = plan(again)["a.jpg"]
    overwrites = other.get("wish", WISH).existing is Existing.OVERWRITE
    assert (row["there"], row["made"]) == ({} if overwrites else {".jpg": 4}, {})
    assert counting(again) == {}


def test_the_same_words_in_another_folder_are_something_else(monkeypatch):
    """A photo is where it is, and not what it is called."""
    told, out = [], Path("out").absolute()
    told_of(state("a.jpg", out=out), 1, a=Status.DONE)
    Path("elsewhere").mkdir()
    monkeypatch.chdir("elsewhere")
    state("a.jpg", out=out, told=told)
    assert told == ["A run that asked for something else was stopped here: this one starts anew."]


def test_two_runs_do_not_work_on_one_folder():
    """The second is told; once the first has ended it may."""
    with state("a.jpg").at_work(), pytest.raises(RunError, match="Another run works on this folder"):
        state("a.jpg")
    state("a.jpg")


def test_a_part_that_is_broken_costs_its_rows():
    """They are told of as unknown, and the folder can be used."""
    run = state("a.jpg", "b.jpg")
    told_of(run, 1, a=Status.DONE)
    Path(run.path("rows", "2.parquet")).touch()
    assert counting(state("a.jpg", "b.jpg")) == {"a": Status.DONE}


def test_whatever_stands_where_a_result_goes_is_there():
    """A link that leads nowhere and a folder too, as without a cluster."""
    Path("out/b_enhanced.jpg").mkdir(parents=True)
    Path("out/a_enhanced.jpg").symlink_to("nowhere")
    rows = plan(state("a.jpg", "b.jpg"))
    assert ".jpg" in rows["a.jpg"]["there"]
    assert ".jpg" in rows["b.jpg"]["there"]
