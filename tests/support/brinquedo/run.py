"""`run.py MODULE ARGUMENTS…`: run a module with one flow more, whose files lie beside the others of the walk."""

import runpy
import sys
from pathlib import Path

HERE = Path(__file__).parent
# Which package walks which of our folders.
OVERLAY = {
    "tasks": "tasks",
    "flows": "flows",
    "core.settings": "settings",
    "events.catalog": "catalog",
    "storage.models": "models",
}


class Beside:
    """Gives each walked package our folder as well, when it is imported first."""

    def find_spec(self, name, path=None, target=None):
        """Find it as usual, then add ours."""
        if name not in OVERLAY:
            return None
        from importlib.machinery import PathFinder

        found = PathFinder.find_spec(name, path)
        if found is not None and found.submodule_search_locations is not None:
            found.submodule_search_locations = [*found.submodule_search_locations, str(HERE / OVERLAY[name])]
        return found


def main():
    """Become the module."""
    # The folder of this script would hide packages of the same names.
    sys.path[0] = ""
    sys.meta_path.insert(0, Beside())
    sys.argv = sys.argv[1:]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
