// Sends small messages to the kernel one after the other and shows how long each took to come back.
const TRIPS = 20;
const PATIENCE_MS = 5000;

function render({ model, el }) {
  const line = document.createElement("p");
  line.style.cssText = "padding:0.4em 0.8em;border-left:0.5em solid #9a6700";
  el.appendChild(line);
  const say = (text, colour) => {
    line.textContent = text;
    line.style.borderLeftColor = colour;
  };

  const times = [];
  let sent = 0;
  let timer;

  const send = () => {
    sent = performance.now();
    timer = setTimeout(
      () => say("✘ The kernel does not answer. Is a cell still running? Restart the kernel and try again.", "#cf222e"),
      PATIENCE_MS,
    );
    model.send({ trip: times.length });
  };

  const receive = (message) => {
    if (message.trip !== times.length) return;
    clearTimeout(timer);
    times.push(performance.now() - sent);
    if (times.length < TRIPS) return send();
    const middle = [...times].sort((a, b) => a - b)[TRIPS / 2];
    say(`✔ ${TRIPS} round trips from this page to the kernel and back, ${middle.toFixed(1)} ms each.`, "#1a7f37");
    model.set("milliseconds", times);
    model.save_changes();
  };

  say("Waiting for the kernel …", "#9a6700");
  model.on("msg:custom", receive);
  send();
  return () => {
    clearTimeout(timer);
    model.off("msg:custom", receive);
  };
}

export default { render };
