"""The download page of a release: one static file with a row for each kind of computer."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from organiser.thumbdrive.computers import COMPUTERS, fits

FORMS = {
    "ova": "import it into VirtualBox (File, Import Appliance), start it, and type the code from its window",
    "utm": "unpack it and open it in UTM",
    "wsl": "double-click it, or run wsl --install --from-file FILE",
}
"""What is done with a file of each form."""
STYLE = """
:root { color-scheme: light dark; font: 1.05rem/1.5 system-ui, sans-serif; }
body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: .6rem; border-bottom: 1px solid #8886; }
code { overflow-wrap: anywhere; }
@media (max-width: 40rem) { tr, th, td { display: block; } thead { display: none; } td { border: 0; } }
"""


def download_page(version: str, files: Sequence[str], address: str = "") -> str:
    """Return the page.

    Args:
        version: Of the release.
        files: The names of all published files.
        address: Where they are published, for the commands of Linux and containers; empty: the page's folder.
    """
    rows = []
    for computer in COMPUTERS.values():
        cells = [
            f"<li>{_link(name)}: {FORMS[form].replace('FILE', escape(name))}</li>"
            for form, processor in computer.files
            for name in files
            if fits(name, form, processor)
        ]
        if computer.sets_itself_up:
            cells.append("<li>in a checkout: <code>./local/setup.bash</code></li>")
        listed = f"<ul>{''.join(cells)}</ul>" if cells else "not in this release"
        rows.append(f"<tr><th scope=row>{escape(computer.title)}</th><td>{listed}</td></tr>")
    images = [name for name in files if name.endswith(".oci.tar")]
    if images:
        where = f"{address.rstrip('/')}/" if address else ""
        lines = "".join(
            f"<li><code>curl -O {escape(where + name)} &amp;&amp; podman load -i {escape(name)}</code></li>"
            for name in images
        )
        rows.append(f"<tr><th scope=row>docker and podman</th><td><ul>{lines}</ul></td></tr>")
    wheels = [name for name in files if name.endswith(".whl")]
    others = [name for name in ("NOTES.md", "LICENCES.tsv", "manual/index.html") if name in files]
    more = "".join(f"<li>{_link(name)}</li>" for name in [*others, *wheels])
    return f"""<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Deep Learning Workshop {escape(version)}</title>
<style>{STYLE}</style>
<main>
<h1>Deep Learning Workshop {escape(version)}</h1>
<table>
<thead><tr><th scope=col>your computer</th><th scope=col>file, and what to do with it</th></tr></thead>
<tbody>
{chr(10).join(rows)}
</tbody>
</table>
<p>Check a file before you use it: <a href="SHA256SUMS">SHA256SUMS</a>, and
<code>sha256sum --check --ignore-missing SHA256SUMS</code>.</p>
<h2>More</h2>
<ul>{more}</ul>
</main>
</html>
"""


def _link(name: str) -> str:
    return f'<a href="{escape(name)}">{escape(name)}</a>'
