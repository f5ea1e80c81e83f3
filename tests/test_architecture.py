"""The floors of the house: a module imports only from floors under its own, and nothing goes round in circles."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import leadqual

ROOT = Path(leadqual.__file__).parent
ROOMS = {
    "errors": 0, "_suggest": 0, "cards": 0, "model": 1, "conditions": 2, "policy": 3, "engines": 4, "scoring": 5,
    "lifecycle": 6,
    "datasets": 7, "policies": 7, "files": 7, "frames": 7, "proofs": 7, "analysis": 8, "testing": 8, "ml": 8,
    "outreach": 8, "report": 9, "integrations": 9, "cleaning": 9, "cli": 10,
}  # fmt: skip
NEIGHBOURS = {
    ("datasets", "policies"): "the sample is qualified with the policy that ships",
    ("datasets", "files"): "the sample is written as the files that the command line reads",
    ("datasets", "frames"): "the sample gives its two tables",
    ("ml", "analysis"): "the wall of the past, outcomes and cutoffs are those of a backtest, and reports look alike",
    ("frames", "files"): "tables in memory and in files are read by the same readers",
}
LATE = {
    "policy.yaml_text": "YAML is not needed by a policy in JSON or in Python, and costs a tenth of the import",
    "scoring.model": "scikit-learn, numpy and pandas are optional",
    "files.parquet_table": "polars is optional",
    "engines.tables.native": "only tables of pandas need pandas, only those that go through Arrow need pyarrow",
    "engines.tables.dialect": "polars is needed where it computes, and not on a cluster",
    "engines.tables.keys": "polars is needed where it computes, and not on a cluster",
    "engines.tables.limits": "polars is needed where it computes, and not on a cluster",
    "engines.tables.rolling": "numpy is needed where a limit is rolling, and not on a cluster",
    "engines.tables.checks.ids": "polars is needed where it computes, and not on a cluster",
    "engines.tables.checks.told": "polars is needed where it computes, and not on a cluster",
    "outreach.registries.registry": "polars is needed for many numbers at once alone",
    "proofs.arithmetic": "z3 is optional, and only arithmetic over several operands needs it",
    "scoring.rules": "tables need narwhals, which is optional",
    "scoring.blend": "tables need narwhals, which is optional",
    "datasets.bank": "polars and scikit-learn are optional, and only this sample needs them",
    "datasets.sample": "polars is optional, and the sample without tables does not need it",
    "frames.replay": "pyspark is optional",
    "frames.replays.handed_back": "only a table of pandas comes to where pandas is needed",
    "testing.plugin.hooks": "pytest imports it in every run, whether somebody asks for it or not",
    "testing.plugin.asked": "coverage and mutation are imported where they are asked for",
    "ml.evaluation.report": "only plots need matplotlib",
    "ml.saving.tables": "only a model that was fitted on a table of pandas needs pandas",
    "ml.training.wide": "only contacts in pandas need pandas",
    "cleaning.linking": "Splink and DuckDB are optional, and only probable duplicates need them",
    "cli.app": "typer and rich are optional",
    "cli.backtest": "polars and narwhals are optional",
    "cli.diff": "polars and narwhals are optional",
    "cli.duplicates": "polars, and what reaching out needs, are optional",
    "cli.duplicates_files": "polars is optional",
    "cli.importing": "what reading exports needs is optional",
    "cli.importing_words": "what reading exports needs is optional",
    "cli.permit": "what reaching out needs is optional, and polars is needed for whole files alone",
    "cli.registry": "what registries need is optional",
    "cli.replay": "polars and narwhals are optional",
    "cli.report": "plotly, Jinja, polars and narwhals are optional",
    "cli.score_folders": "polars and narwhals are optional",
    "testing.properties.agreement": "tables need optional libraries",
    "testing.properties.scorer": "tables need optional libraries",
    "testing.properties.tables": "duckdb and pyspark are optional",
    "testing.strategies.register": "Hypothesis calls it in every project, and nobody may ask",
}


def _modules() -> dict[str, ast.Module]:
    names = {".".join(path.relative_to(ROOT).with_suffix("").parts): path for path in sorted(ROOT.rglob("*.py"))}
    return {name.removesuffix(".__init__") or name: ast.parse(path.read_text("utf-8")) for name, path in names.items()}


MODULES = _modules()
PACKAGES = {".".join(path.parent.relative_to(ROOT).parts) for path in ROOT.rglob("__init__.py")} - {""}


def _for_types_only(tree: ast.AST) -> set[ast.AST]:
    blocks = [node for node in ast.walk(tree) if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)]
    return {inner for block in blocks for inner in ast.walk(block)}


def _imports(tree: ast.Module) -> Iterator[tuple[str, ast.stmt]]:
    """Yield the modules of the package that a module imports when it runs."""
    skipped = _for_types_only(tree)
    for node in ast.walk(tree):
        if node in skipped:
            continue
        if isinstance(node, ast.Import):
            for alias in node.names:
                if alias.name.startswith("leadqual."):
                    yield alias.name.removeprefix("leadqual."), node
        elif isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "leadqual":
            base = (node.module or "").removeprefix("leadqual").removeprefix(".")
            for alias in node.names:
                full = f"{base}.{alias.name}".strip(".")
                yield (full if full in MODULES else base), node


def _room(module: str) -> str:
    return module.split(".")[0]


EDGES = sorted({(name, target) for name, tree in MODULES.items() if name != "__init__" for target, _ in _imports(tree)})


def test_every_module_has_a_floor() -> None:
    assert {_room(name) for name in MODULES} - {"__init__"} == set(ROOMS)


def test_a_floor_imports_only_floors_under_it() -> None:
    wrong = [
        (name, target)
        for name, target in EDGES
        if _room(name) != _room(target)
        and ROOMS[_room(target)] >= ROOMS[_room(name)]
        and (_room(name), _room(target)) not in NEIGHBOURS
        and not (ROOMS[_room(name)] == ROOMS[_room(target)] == 0)
    ]
    assert wrong == []


def test_siblings_are_imported_by_their_full_path() -> None:
    inside = [(name, target) for name, target in EDGES if target in PACKAGES and name.startswith(f"{target}.")]
    assert inside == []
    relative = [
        name
        for name, tree in MODULES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.level
    ]
    assert relative == []


def test_nothing_goes_round_in_circles() -> None:
    below: dict[str, set[str]] = {name: set() for name in MODULES}
    for name, target in EDGES:
        below[name].add(target)
    done: set[str] = set()

    def visit(name: str, path: tuple[str, ...]) -> None:
        assert name not in path, " imports ".join((*path, name))
        if name not in done:
            for target in below.get(name, ()):
                visit(target, (*path, name))
            done.add(name)

    for name in MODULES:
        visit(name, ())


def test_imports_inside_functions_are_optional_libraries() -> None:
    late = {
        name
        for name, tree in MODULES.items()
        for function in ast.walk(tree)
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    }
    assert late <= set(LATE), "give the reason in LATE, or import at the top"


def test_files_are_short() -> None:
    long = {name: size for name in MODULES if (size := _lines(name)) > 350}
    assert long == {}


def _lines(name: str) -> int:
    path = ROOT.joinpath(*name.split("."))
    file = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    return len(file.read_text("utf-8").splitlines())
