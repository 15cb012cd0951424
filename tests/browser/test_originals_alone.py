"""What a foreign page among ours can reach: its own files, and by no way the server's other answers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from website.serving import running

from workshop.site.netron import FOLDER as VIEWER
from workshop.site.originals import FOLDER

from .conftest import Open, Watch

PAGE = """<!doctype html><title>foreign</title><body><script>
window.found = {};
const ask = async (name, by) => {
  window.found[name] = "refused";
  try { window.found[name] = (await (await by()).text()).length; } catch { /* as it shall be */ }
};
const framed = (address) => new Promise((done) => {
  const frame = Object.assign(document.createElement("iframe"), { src: address });
  frame.onload = () => done(frame.contentWindow);
  frame.onerror = () => done(null);
  document.body.append(frame);
});
(async () => {
  await ask("own", () => fetch("own.json"));
  await ask("directly", () => fetch("/api/status"));
  await ask("viewer", async () => (await framed("/@VIEWER@index.html")).fetch("/api/status"));
  await ask("blank", async () => (await framed("about:blank")).fetch("/api/status"));
  await ask("window", async () => {
    const opened = window.open("/index.html");
    await new Promise((done) => setTimeout(done, 1000));
    return opened.fetch("/api/status");
  });
  await ask("worker", () => new Promise((done, fail) => {
    const worker = new Worker("worker.js");
    worker.onmessage = (said) => (said.data === "refused" ? fail() : done(new Response(said.data)));
    worker.onerror = fail;
  }));
  window.done = true;
})();
</script>"""
WORKER = "fetch('/api/status').then((a) => a.text()).then(postMessage, () => postMessage('refused'));"


@pytest.fixture
def port(tmp_path: Path) -> Iterator[int]:
    site = tmp_path / "web"
    files = {
        "index.html": "<title>start</title>",
        f"{FOLDER}foreign/index.html": PAGE.replace("@VIEWER@", VIEWER),
        f"{FOLDER}foreign/own.json": json.dumps({"its": "own"}),
        f"{FOLDER}foreign/worker.js": WORKER,
        f"{VIEWER}index.html": "<title>viewer</title>",
        "assets/icon.svg": "<svg xmlns='http://www.w3.org/2000/svg'/>",
    }
    for name, text in files.items():
        (site / name).parent.mkdir(parents=True, exist_ok=True)
        (site / name).write_text(text, encoding="utf-8")
    with running(site) as (number, _):
        yield number


def test_an_original_reaches_nothing_but_its_own_files(port: int, open_page: Open, watch: Watch) -> None:
    page = open_page(f"http://127.0.0.1:{port}/{FOLDER}foreign/index.html")
    page.wait_for_function("window.done === true")
    found = page.evaluate("window.found")
    assert found.pop("own") > 0
    assert found == dict.fromkeys(("directly", "viewer", "blank", "window", "worker"), "refused")
    watch.complaints.clear()  # the browser says of each that it was refused
