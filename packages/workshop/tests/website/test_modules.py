"""ES modules as plain scripts."""

from __future__ import annotations

import json
import shutil
import subprocess

import pytest

from workshop.core.errors import WorkshopError
from workshop.site.scripts import as_script

ONE = """
export const LIMIT = 3;
const secret = 4;
export function add(a, b) {
  return a + b + secret;
}
"""
OTHER = """
import { LIMIT, add } from "./one.js";
export class Sum {
  total = add(LIMIT, 1);
}
"""


def test_scripts_find_each_other_and_keep_the_rest_to_themselves() -> None:
    node = shutil.which("node")
    if node is None:
        pytest.skip("there is no node; install Node.js to run scripts made of modules")
    scripts = as_script("one.js", ONE) + as_script("other.js", OTHER)
    look = """
    const { Sum, ...others } = window.workshopModules;
    const outside = typeof secret + typeof add;
    console.log(JSON.stringify([new Sum().total, Object.keys(others), outside]));
    """
    done = subprocess.run(
        [node, "--eval", "globalThis.window = {};" + scripts + look],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == [8, ["LIMIT", "add"], "undefinedundefined"]


@pytest.mark.parametrize(
    "line",
    [
        "export default { render };",
        "export { add };",
        'import * as one from "./one.js";',
        'import "https://x";',
    ],
)
def test_what_a_script_cannot_do_is_named(line: str) -> None:
    with pytest.raises(WorkshopError, match=r"one\.js: .* cannot become a script"):
        as_script("one.js", f"{ONE}\n{line}\n")
