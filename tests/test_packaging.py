"""What an install brings: the code, the shipped data, the type information, and the command."""

import os
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

import pipekeras

pytestmark = pytest.mark.any_backend

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


def pip(*arguments):
    done = subprocess.run(
        [sys.executable, "-m", "pip", "--disable-pip-version-check", *arguments],
        capture_output=True,
        text=True,
        cwd=ROOT,
    )
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    pip("wheel", "--no-deps", "--wheel-dir", str(folder), ".")
    (path,) = folder.glob("*.whl")
    return path


def test_the_version_is_said_once():
    assert PROJECT["version"] == pipekeras.__version__
    assert f"## {PROJECT['version']}" in (ROOT / "CHANGELOG.md").read_text()


def test_the_files_that_pyproject_names_are_there():
    for name in (PROJECT["readme"], *PROJECT["license-files"]):
        assert (ROOT / name).stat().st_size > 0, name


@pytest.mark.slow
def test_the_wheel_holds_the_package_and_nothing_else(wheel):
    names = set(zipfile.ZipFile(wheel).namelist())
    wanted = {
        str(path.relative_to(ROOT).as_posix())
        for path in (ROOT / "pipekeras").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert {name for name in names if name.startswith("pipekeras/")} == wanted
    assert {name.partition("/")[0] for name in names} == {"pipekeras", f"pipekeras-{PROJECT['version']}.dist-info"}
    assert {
        "pipekeras/py.typed",
        "pipekeras/__init__.pyi",
        "pipekeras/data/iris.csv",
        "pipekeras/data/digits.npz",
    } <= names


@pytest.mark.slow
def test_an_installed_wheel_reads_its_data_and_has_its_command(wheel, tmp_path):
    pip("install", "--no-deps", "--quiet", "--target", str(tmp_path), str(wheel))
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
    code = "import pipekeras; print(pipekeras.__file__); print(pipekeras.r_dataset('iris').shape)"
    said = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=environment, cwd=tmp_path, check=True
    ).stdout.splitlines()
    assert Path(said[0]).is_relative_to(tmp_path)
    assert said[1] == "(150, 5)"
    command = next((tmp_path / "bin").glob("pipekeras*"))
    version = subprocess.run([command, "--version"], capture_output=True, text=True, env=environment, check=True).stdout
    assert PROJECT["version"] in version
