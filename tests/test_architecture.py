"""The layers, read from the imports: arrows point up the list only, inside an app from doors to policies."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps

ROOT = Path(__file__).resolve().parent.parent
# A lower line may import a higher one, never the reverse.
LAYERS = [
    "helpdesk.common", "helpdesk.core", "helpdesk.accounts", "channels_app", "tickets", "surveys", "reporting",
    "helpdesk.integrations",
]  # fmt: skip
INSIDE = ["policies", "models", "selectors", "services", "doors"]
FORBIDDEN_NAMES = {"utils", "helpers", "misc"}


def product_files() -> Iterator[Path]:
    for top in ("helpdesk", "channels_app", "tickets", "surveys", "reporting"):
        yield from (p for p in (ROOT / top).rglob("*.py") if "migrations" not in p.parts)


def module_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def layer_of(module: str) -> int | None:
    """The place in LAYERS; None for the root package, which may import everything and which apps may read settings from."""
    for index, name in enumerate(LAYERS):
        if module == name or module.startswith(f"{name}."):
            return index
    return None


def place_of(module: str) -> int | None:
    """The place inside an app; modules that are none of the kinds named in architecture.md count as doors."""
    app = next((name for name in LAYERS if module == name or module.startswith(f"{name}.")), None)
    if app is None or app == "helpdesk.common":
        return None
    rest = module[len(app) + 1 :].split(".")
    if rest[0] in ("policies", "models", "selectors", "services"):
        return INSIDE.index(rest[0])
    if rest[0] in ("admin", "api", "views", "tasks", "receivers", "webhooks", "management", "urls", "forms"):
        return INSIDE.index("doors")
    return None


def imports_of(path: Path) -> Iterator[tuple[int, str, bool]]:
    """(line, imported module, is at run time) for every import of the file."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    typing_only = {
        child
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test)
        for child in ast.walk(node)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name, node not in typing_only) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names = [f"{node.module}.{alias.name}" for alias in node.names]
            is_package = (ROOT / node.module.replace(".", "/")).is_dir()
            for name in names if is_package else [node.module]:
                yield node.lineno, name, node not in typing_only


def arrows() -> Iterator[tuple[str, int, str, str]]:
    for path in product_files():
        for line, imported, is_real in imports_of(path):
            if is_real:
                yield str(path.relative_to(ROOT)), line, module_of(path), imported


def test_arrows_between_apps_point_up_the_layers_only():
    wrong = []
    for file, line, here, there in arrows():
        mine, theirs = layer_of(here), layer_of(there)
        if mine is not None and theirs is not None and theirs > mine:
            wrong.append(f"{file}:{line} imports {there}")
    assert not wrong, "\n".join(wrong)


def test_arrows_inside_an_app_point_from_doors_to_policies_only():
    wrong = []
    for file, line, here, there in arrows():
        if layer_of(here) != layer_of(there):
            continue
        mine, theirs = place_of(here), place_of(there)
        if mine is not None and theirs is not None and theirs > mine:
            wrong.append(f"{file}:{line} imports {there}")
    assert not wrong, "\n".join(wrong)


def test_foreign_keys_point_up_the_layers_only():
    wrong = []
    for model in apps.get_models():
        mine = layer_of(model.__module__)
        for field in model._meta.get_fields():
            target = field.related_model if field.is_relation and field.concrete else None
            theirs = layer_of(target.__module__) if target else None
            if mine is not None and theirs is not None and theirs > mine:
                wrong.append(f"{model.__name__}.{field.name}")
    assert not wrong, wrong


def test_policies_are_pure():
    wrong = []
    for file, line, here, there in arrows():
        if ".policies" in here and (
            there.startswith("django.db") or ".models" in there or there == "helpdesk.common.clock"
        ):
            wrong.append(f"{file}:{line} imports {there}")
    assert not wrong, "\n".join(wrong)


def test_adapters_know_no_ticket_and_common_knows_no_app():
    wrong = [
        f"{file}:{line} imports {there}"
        for file, line, here, there in arrows()
        if here.startswith("channels_app.adapters")
        and there.startswith(("tickets", "surveys", "reporting", "channels_app.models"))
    ]
    assert not wrong, "\n".join(wrong)


def task_functions() -> Iterator[tuple[str, ast.FunctionDef]]:
    for path in product_files():
        if path.name != "tasks.py":
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef) and any("shared_task" in ast.dump(d) for d in node.decorator_list):
                yield f"{path.relative_to(ROOT)}:{node.lineno} {node.name}", node


@pytest.mark.parametrize(("where", "task"), [pytest.param(w, t, id=w) for w, t in task_functions()])
def test_task_only_calls_a_service(where, task):
    body = [n for n in task.body if not (isinstance(n, ast.Expr) and isinstance(n.value, ast.Constant))]
    statements = [s for n in body for s in (n.body if isinstance(n, ast.With) else [n])]
    assert len(statements) <= 3, where
    assert "attr='objects'" not in ast.dump(task), where
    assert all(a.annotation is not None for a in task.args.args), where


def test_no_module_is_named_after_nothing():
    assert not [str(p) for p in product_files() if p.stem in FORBIDDEN_NAMES]


def test_every_scheduled_job_names_a_task_that_exists():
    from helpdesk.celery import TIMETABLE, app

    app.loader.import_default_modules()
    assert not [task for task, _seconds, _queue in TIMETABLE.values() if task not in app.tasks]
