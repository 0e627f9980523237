"""Which way imports run, who listens to saves, and how files are called.

Each rule is a function that finds what breaks it in a source text, and is tried on one that does.
"""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LISTENER = "peaceportal/core/changes.py"

# What a module of each package may import of this project; nothing above it.
ALLOWED = {
    "peaceportal/core": ["peaceportal.core"],
    "organisations": ["peaceportal.core", "organisations"],
    "timeline": ["peaceportal.core", "organisations", "timeline"],
}
OWN = ("peaceportal", "organisations", "timeline", "tests")

SIGNAL_MODULES = re.compile(r"django\.dispatch(\..+)?|django(\..+)?\.signals|.*\bsignals")
SIGNAL_NAMES = re.compile(r"(pre|post)_\w+|m2m_changed|class_prepared|\w*signal\w*|request_\w+")
EMPTY_NAMES = re.compile(r"_*(utils?|helpers?|common|misc(ellaneous)?)_*")


def sources(folder):
    """The Python files beneath a folder of the project, by their paths from its root."""
    return {
        path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8")
        for path in sorted((ROOT / folder).rglob("*.py"))
    }


def imported_modules(source, path):
    """Full names of the modules that a file imports, relative and within functions too.

    Of `from a import b` both `a` and `a.b`, because `b` may be a module.
    """
    names = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            package = Path(path).parent.parts[: len(Path(path).parent.parts) - node.level + 1]
            start = [*package] if node.level else []
            module = ".".join([*start, *([node.module] if node.module else [])])
            names |= {module} | {f"{module}.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.Call) and _name(node.func) in {"import_module", "__import__"}:
            names |= {arg.value for arg in node.args if isinstance(arg, ast.Constant)}
    return names


def is_within(module, package):
    return module == package or module.startswith(f"{package}.")


def imports_against_the_direction(source, path, allowed):
    """The modules of this project that the file imports and may not."""
    return sorted(
        module
        for module in imported_modules(source, path)
        if any(is_within(module, package) for package in OWN)
        and not any(is_within(module, package) for package in allowed)
        # `from peaceportal import core` names its parent, too.
        and not any(is_within(package, module) for package in allowed if package != module)
    )


def mentions(source, word):
    """Lines on which a string, a name or an attribute holds the word."""
    pattern = re.compile(rf"(?<![a-z]){word}(?![a-z])", re.I)
    return sorted(
        {
            node.lineno
            for node in ast.walk(ast.parse(source))
            for text in _texts(node)
            if pattern.search(text)
        }
    )


def _texts(node):
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    for field in ("id", "attr", "arg", "name", "module", "asname"):
        value = getattr(node, field, None)
        if isinstance(value, str) and hasattr(node, "lineno"):
            yield value


def _name(node):
    """The last name of an expression: `b` of `a.b`."""
    return getattr(node, "attr", None) or getattr(node, "id", None) or ""


def listens(source, path="somewhere.py"):
    """What in the file connects a receiver, or could."""
    found = {
        module
        for module in imported_modules(source, path)
        if SIGNAL_MODULES.fullmatch(module) or module.startswith("django.dispatch")
    }
    for node in ast.walk(ast.parse(source)):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr == "connect"
            and SIGNAL_NAMES.fullmatch(_name(node.func.value))
        ):
            found.add(f"{_name(node.func.value)}.connect")
    return sorted(found)


def emptily_named(paths):
    """Files and folders whose name says nothing of their subject."""
    return sorted(
        str(path)
        for path in map(Path, paths)
        if any(EMPTY_NAMES.fullmatch(part.removesuffix(".py")) for part in path.parts)
    )


def folders_without_init(root):
    """Folders with Python files beneath them that pytest and imports would pass over."""
    holding = {folder for path in root.rglob("*.py") for folder in path.parents}
    return sorted(
        str(folder.relative_to(root.parent))
        for folder in holding
        if folder.is_relative_to(root) and not (folder / "__init__.py").exists()
    )


# The direction of imports


@pytest.mark.parametrize("folder", ALLOWED)
def test_imports_run_one_way(folder):
    found = {
        path: imports_against_the_direction(source, path, ALLOWED[folder])
        for path, source in sources(folder).items()
    }
    assert found
    assert {path: modules for path, modules in found.items() if modules} == {}


@pytest.mark.parametrize(
    ("folder", "source"),
    [
        ("peaceportal/core", "import organisations"),
        ("peaceportal/core", "import timeline.models as m"),
        ("peaceportal/core", "from peaceportal import settings"),
        ("peaceportal/core", "from peaceportal import core, urls"),
        ("peaceportal/core", "from peaceportal.urls import urlpatterns"),
        ("peaceportal/core", "from .. import urls"),
        ("peaceportal/core", "from ..settings import DEBUG"),
        ("peaceportal/core", "def late():\n    from organisations.models import Place"),
        ("peaceportal/core", "import_module('timeline.models')"),
        ("peaceportal/core", "from tests import factories"),
        ("organisations", "from timeline.models import Event"),
        ("organisations", "import peaceportal.settings"),
        ("organisations", "if TYPE_CHECKING:\n    import timeline"),
        ("timeline", "from peaceportal.views import home"),
        ("timeline", "from peaceportal import environment"),
    ],
)
def test_import_against_the_direction_is_found(folder, source):
    assert imports_against_the_direction(source, f"{folder}/module.py", ALLOWED[folder])


@pytest.mark.parametrize(
    ("folder", "source"),
    [
        ("peaceportal/core", "from peaceportal.core.dates import parse"),
        ("peaceportal/core", "from peaceportal.core import changes\nimport json, django.urls"),
        ("peaceportal/core", "from . import changes"),
        ("organisations", "from peaceportal.core import changes"),
        ("organisations", "from .models import Place"),
        ("timeline", "from organisations.models import Place\nfrom timeline import finder"),
    ],
)
def test_import_along_the_direction_is_not(folder, source):
    assert not imports_against_the_direction(source, f"{folder}/module.py", ALLOWED[folder])


def test_organisations_never_name_the_timeline():
    found = {path: mentions(text, "timeline") for path, text in sources("organisations").items()}
    assert {path: lines for path, lines in found.items() if lines} == {}


@pytest.mark.parametrize(
    "source",
    [
        "ForeignKey('timeline.Event')",
        "apps.get_model('timeline', 'Event')",
        "reverse('timeline:list')",
        "area.timeline_event_set",
        "filter(timeline__title='x')",
        "import timeline",
        "from timeline import models",
        "from models import Event as timeline",
        "'''See the Timeline.'''",
        "f'{app}/timeline/'",
    ],
)
def test_naming_the_timeline_is_found(source):
    assert mentions(source, "timeline")


@pytest.mark.parametrize("source", ["line = time", "timelines = 1", "'time line'"])
def test_naming_other_things_is_not(source):
    assert not mentions(source, "timeline")


# The one place that listens


@pytest.mark.parametrize("folder", ["peaceportal", "organisations", "timeline"])
def test_one_place_listens(folder):
    found = {path: listens(source, path) for path, source in sources(folder).items()}
    found.pop(LISTENER, None)
    assert {path: signals for path, signals in found.items() if signals} == {}


def test_the_place_that_listens_does():
    assert "post_save.connect" in listens((ROOT / LISTENER).read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    "source",
    [
        "from django.dispatch import receiver",
        "import django.dispatch",
        "from django import dispatch",
        "from django.dispatch.dispatcher import Signal",
        "from django.db.models.signals import post_save",
        "from django.db.models import signals",
        "from django.db import models\nmodels.signals.post_save.connect(f)",
        "from django.core.signals import request_finished",
        "from django.contrib.auth.signals import user_logged_in",
        "from django.db.backends.signals import connection_created",
        "from elsewhere import post_save\npost_save.connect(f)",
        "m2m_changed.connect(f, sender=Event.areas.through)",
        "def ready(self):\n    from organisations import signals",
    ],
)
def test_listening_elsewhere_is_found(source):
    assert listens(source)


@pytest.mark.parametrize(
    "source", ["import sqlite3\nsqlite3.connect('a')", "connection.connect()", "from a import b"]
)
def test_other_connections_are_not(source):
    assert not listens(source)


def test_no_model_overrides_saving():
    """Raw saves would pass it by: `prepare()` is the place, and `core/records.py` calls it."""
    overriding = [
        path
        for folder in ALLOWED
        for path, source in sources(folder).items()
        if path != "peaceportal/core/records.py" and _defines_model_save(source)
    ]
    assert overriding == []


def _defines_model_save(source):
    return any(
        isinstance(method, ast.FunctionDef) and method.name in {"save", "save_base"}
        for kind in ast.walk(ast.parse(source))
        if isinstance(kind, ast.ClassDef)
        and not any(part in _name(b) for b in kind.bases for part in ("Form", "FieldFile"))
        for method in kind.body
    )


def test_save_of_a_model_is_found():
    assert _defines_model_save("class Event(Page):\n    def save(self): ...")
    assert not _defines_model_save("class EventForm(ModelForm):\n    def save(self): ...")
    assert not _defines_model_save("class PictureFile(FieldFile):\n    def save(self): ...")


# Names and folders


def test_every_module_is_named_for_its_subject():
    folders = ["peaceportal", "organisations", "timeline", "tests"]
    assert emptily_named(path for folder in folders for path in sources(folder)) == []


@pytest.mark.parametrize(
    "path", ["timeline/utils.py", "a/helpers.py", "core/common/dates.py", "misc.py", "b/_util.py"]
)
def test_module_named_for_nothing_is_found(path):
    assert emptily_named([path])


@pytest.mark.parametrize("path", ["timeline/finder.py", "a/commons.py", "core/dates/display.py"])
def test_module_named_for_its_subject_is_not(path):
    assert not emptily_named([path])


def test_every_folder_of_tests_is_a_package():
    assert folders_without_init(ROOT / "tests") == []


def test_folder_of_tests_without_init_is_found(tmp_path):
    tests = tmp_path / "tests"
    (tests / "core" / "dates").mkdir(parents=True)
    (tests / "__init__.py").touch()
    (tests / "core" / "dates" / "__init__.py").touch()
    (tests / "core" / "dates" / "test_value.py").touch()
    assert folders_without_init(tests) == ["tests/core"]
    (tests / "core" / "__init__.py").touch()
    assert folders_without_init(tests) == []


# Templates


def unused_includes(templates, sources):
    """Templates for including that nothing includes: what they hold is on no page."""
    everything = "\n".join(
        re.sub(r"{% comment %}.*?{% endcomment %}", "", text, flags=re.S)
        for text in [*templates.values(), *sources]
    )
    parts = [path for path in templates if path.rpartition("/")[2].startswith("_")]
    return sorted(path for path in parts if f'"{path}"' not in everything)


def test_every_part_of_a_page_is_on_one():
    folder = ROOT / "templates"
    templates = {
        path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8")
        for path in folder.rglob("*.html")
    }
    found = unused_includes(
        templates, [text for package in ALLOWED for text in sources(package).values()]
    )
    assert found == []


def test_part_that_is_only_named_in_its_own_usage_is_found():
    usage = '{% comment %}{% include "a/_head.html" only %}{% endcomment %}'
    assert unused_includes({"a/_head.html": usage, "page.html": ""}, []) == ["a/_head.html"]
    page = '{% include "a/_head.html" only %}'
    assert unused_includes({"a/_head.html": usage, "page.html": page}, []) == []
