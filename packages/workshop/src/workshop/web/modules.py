"""Makes a plain script of an ES module, for pages that must work from a thumb drive, too.

A page that is opened as a file may load scripts but no modules. What a module exports becomes a property
of ``window.workshopModules``, and what it imports is taken from there.
"""

from __future__ import annotations

import re

from workshop.errors import WorkshopError

NAMESPACE = "window.workshopModules"

_EXPORT = re.compile(r"^export (?:async )?(?:function|class|const) (\w+)", re.MULTILINE)
_IMPORT = re.compile(r'^import (\{[^}]*\}) from "\./[\w-]+\.js";$', re.MULTILINE)
_OTHER = re.compile(r"^(?:import|export)\b.*", re.MULTILINE)


def as_script(name: str, text: str) -> str:
    """Return the module ``text``, of the file ``name``, as a script.

    Raises WorkshopError when it imports or exports in a way that a script cannot follow.
    """
    names = _EXPORT.findall(text)
    body = _EXPORT.sub(lambda found: found[0].removeprefix("export "), text)
    body = _IMPORT.sub(rf"const \1 = {NAMESPACE};", body)
    if other := _OTHER.search(body):
        raise WorkshopError(
            f"{name}: {other[0]!r} cannot become a script; write 'export function|class|const NAME' "
            "and 'import { NAME } from \"./file.js\";'"
        )
    exported = f"{NAMESPACE} = Object.assign({NAMESPACE} ?? {{}}, {{ {', '.join(names)} }});"
    return f'// Made of {name}; do not edit.\n(function () {{\n"use strict";\n{body}\n{exported}\n}})();\n'
