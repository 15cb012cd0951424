"""The page that asks for Jupyter's token; it knows nothing that is not for everybody."""

PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Jupyter</title>
<style nonce="@NONCE@">
  :root { color-scheme: light dark; }
  body { font: 1rem/1.5 system-ui, sans-serif; max-width: 32rem; margin: 15vh auto; padding: 0 1rem; }
  input { font: inherit; width: 100%; box-sizing: border-box; padding: .4rem; margin: .3rem 0 1rem; }
  button { font: inherit; padding: .4rem 1.2rem; }
  .wrong { color: light-dark(#b00020, #ff8a96); }
</style>
<main hidden>
<h1>Jupyter of the workshop</h1>
<form method="post" action="/login">
  <label for="password">The token of this machine. <code>workshop doctor</code> shows it, and so does the
  machine's console.</label>
  <input id="password" name="password" type="password" autocomplete="current-password" required autofocus>
  <input name="next" type="hidden">
  <p class="wrong" role="alert">@NOTE@</p>
  <button>Log in</button>
</form>
</main>
<script nonce="@NONCE@">
(async function () {
  "use strict";
  const KEY = "workshop-base";
  const field = document.querySelector("input[name=next]");
  let next = new URLSearchParams(location.search).get("next") || "/lab";
  if (!next.startsWith("/") || next.startsWith("//") || next.includes("\\\\")) next = "/lab";

  /** Whoever was logged in here before knows the way, which JupyterLab wrote down; it may be an old one. */
  async function known() {
    const base = localStorage.getItem(KEY) || "";
    if (!/^\\/[0-9a-f]{32}\\/$/.test(base)) return "";
    if (next.startsWith(base)) next = next.slice(base.length - 1);
    try {
      if ((await fetch(base + "api", { cache: "no-store", redirect: "manual" })).ok) return base;
    } catch { /* not Jupyter's way any more */ }
    localStorage.removeItem(KEY);
    return "";
  }

  const base = @WRONG@ ? "" : await known();
  if (base) { location.replace(base.slice(0, -1) + next); return; }
  field.value = next;
  document.querySelector("main").hidden = false;
  document.getElementById("password").focus();
})();
</script>
<noscript>JavaScript is switched off in this browser; Jupyter needs it.</noscript>
</html>
"""
