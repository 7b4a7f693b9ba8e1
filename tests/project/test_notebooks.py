"""The notebooks: they run from top to bottom, define nothing, and what is kept of them is what their code gives.

The pictures and numbers in the first notebook come from its code and the bundled weights. When either changes:
``jupyter execute --inplace notebooks/01_pipeline.ipynb``.
"""

import ast
import base64
import io
import re
from pathlib import Path

import nbformat
import numpy as np
import pytest
from IPython.core.inputtransformer2 import TransformerManager
from nbclient import NotebookClient
from PIL import Image

from tests.helpers.places import PROJECT

FOLDER = PROJECT / "notebooks"
NAMES = ["01_pipeline.ipynb", "02_train_and_publish.ipynb"]
PIPELINE, TRAINING = NAMES

MAX_BYTES = 1_500_000
DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)


def read(name):
    """Return a notebook as it is kept."""
    return nbformat.read(FOLDER / name, as_version=4)


def code_cells(notebook):
    """Return its code cells in order."""
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def python(source):
    """Return a cell's source as plain Python, its shell and magic lines as calls."""
    return TransformerManager().transform_cell(source)


def text(notebook):
    """Return what a notebook's cells printed and wrote, in one, since a print may come in pieces; no warnings."""
    found = []
    for output in (output for cell in code_cells(notebook) for output in cell.outputs):
        if output.output_type == "stream" and output.name == "stdout":
            found.append(output.text)
        elif "text/markdown" in output.get("data", {}):
            found.append(output.data["text/markdown"])
    return "".join(found)


def pictures(notebook):
    """Return a notebook's pictures, height x width x 3."""
    outputs = [output.get("data", {}) for cell in code_cells(notebook) for output in cell.outputs]
    encoded = [data[kind] for data in outputs for kind in ("image/png", "image/jpeg") if kind in data]
    return [np.asarray(Image.open(io.BytesIO(base64.b64decode(code))).convert("RGB")) for code in encoded]


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Run a notebook in a fresh kernel, started in ``folder``; the kernel keeps its own files in a temporary folder."""
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    monkeypatch.delenv("LOWLIGHT_WEIGHTS", raising=False)

    def execute(notebook, folder):
        NotebookClient(notebook, timeout=240, resources={"metadata": {"path": str(folder)}}).execute()
        return notebook

    return execute


def test_these_are_the_notebooks():
    """Each notebook in the folder is held to what follows."""
    assert sorted(path.name for path in FOLDER.glob("*.ipynb")) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_notebooks_define_nothing(name):
    """Functions and classes live in the packages, where they are tested; a notebook only calls them."""
    nodes = [node for cell in code_cells(read(name)) for node in ast.walk(ast.parse(python(cell.source)))]
    assert any(isinstance(node, ast.ImportFrom) and node.module.startswith("lowlight") for node in nodes)
    assert not [ast.unparse(node) for node in nodes if isinstance(node, DEFINITIONS)]


@pytest.mark.parametrize("name", NAMES)
def test_the_badge_opens_this_notebook_from_the_repository_that_is_installed(name):
    """The badge at the top and the first cell name the same repository, and the badge this very file."""
    notebook = read(name)
    badge = re.search(
        r"\(https://colab\.research\.google\.com/github/(\S+)/blob/main/(\S+)\)", notebook.cells[0].source
    )
    installed = re.search(r'^REPOSITORY = "https://github\.com/(\S+)"$', code_cells(notebook)[0].source, re.MULTILINE)
    assert badge[1] == installed[1]
    assert badge[2] == f"notebooks/{name}"


@pytest.mark.parametrize("name", NAMES)
def test_colab_installs_requirements_that_exist(name):
    """What the first cell installs is a requirements file of the project."""
    files = re.findall(r"%pip install .*-r (\S+)", code_cells(read(name))[0].source)
    assert files
    assert all((PROJECT / file).is_file() for file in files)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("folder", [PROJECT, FOLDER], ids=["root", "notebooks"])
def test_the_first_cell_finds_the_project(name, folder, run):
    """Started in the project's folder or in notebooks/, the first cell ends in the former and says nothing."""
    notebook = read(name)
    where = nbformat.v4.new_code_cell("import lowlight\nfrom pathlib import Path\nprint(Path.cwd())")
    notebook.cells = [code_cells(notebook)[0], where]
    setup, where = run(notebook, folder).cells
    assert setup.outputs == []
    assert [Path(output.text.strip()) for output in where.outputs] == [PROJECT]


@pytest.mark.parametrize("name", NAMES)
def test_links_lead_somewhere(name):
    """Files that the text links to are there."""
    prose = "\n".join(cell.source for cell in read(name).cells if cell.cell_type == "markdown")
    links = [link for link in re.findall(r"\]\(([^)\s]+)\)", prose) if not link.startswith("https://")]
    assert [link for link in links if not (FOLDER / link).is_file()] == []


def test_the_first_notebook_is_kept_as_it_ran():
    """It can be read without running it: every cell has run, from top to bottom, without error or warning."""
    cells = code_cells(read(PIPELINE))
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))
    outputs = [output for cell in cells for output in cell.outputs]
    assert not [output for output in outputs if output.output_type == "error" or output.get("name") == "stderr"]
    assert pictures(read(PIPELINE))


def test_the_first_notebook_stays_small():
    """With its pictures it loads quickly, and the repository stays small."""
    assert (FOLDER / PIPELINE).stat().st_size < MAX_BYTES


def test_the_second_notebook_is_kept_without_outputs():
    """Its outputs would be of one machine and one day."""
    assert {(len(cell.outputs), cell.execution_count) for cell in code_cells(read(TRAINING))} == {(0, None)}


def test_what_the_first_notebook_shows_is_what_its_code_gives(run):
    """Run again, it says and shows the same; the pictures may differ by rounding."""
    kept, fresh = read(PIPELINE), run(read(PIPELINE), FOLDER)
    assert text(fresh) == text(kept)
    assert [picture.shape for picture in pictures(fresh)] == [picture.shape for picture in pictures(kept)]
    for again, before in zip(pictures(fresh), pictures(kept), strict=True):
        assert np.abs(again.astype(np.int16) - before).mean() < 1


@pytest.mark.training
def test_the_second_notebook_goes_the_whole_way(run, tmp_path):
    """As it stands it prepares, trains, exports and measures a small run, and shows what would be published."""
    notebook = read(TRAINING)
    parameters = next(cell for cell in notebook.cells if cell.id == "parameters")
    parameters.source += f"\nWORK = Path({str(tmp_path / 'work')!r})"
    said = text(run(notebook, PROJECT))
    made = {path.name for path in (tmp_path / "work" / "run").iterdir()}
    assert {"config.json", "split.json", "history.json", "smoke.onnx", "evaluation"} <= made
    assert len(pictures(notebook)) == 4
    assert "nothing was sent" in said
