// The page's half of a prediction: a form with choices or a number, and one button. What is predicted stays
// until the learner takes it back; what came out is shown only to whoever has predicted.
let made = 0;

function element(kind, parent, attributes = {}, words = "") {
  const it = document.createElement(kind);
  for (const [name, value] of Object.entries(attributes)) it.setAttribute(name, value);
  it.textContent = words;
  parent.appendChild(it);
  return it;
}

function render({ model, el }) {
  const { text, choices, low, high, unit } = model.get("question");
  const own = `prediction-${++made}`;
  const form = element("form", el, { class: "lessonkit-predict", novalidate: "" });
  const fields = element("fieldset", form);
  element("legend", fields, {}, text);
  const answers = element("div", fields, { class: "answers" });
  const inputs = choices.map((choice) => {
    const label = element("label", answers);
    const input = element("input", label, { type: "radio", name: own, value: choice });
    element("span", label, {}, choice);
    return input;
  });
  let limits = "";
  if (!choices.length) {
    if (low !== null && high !== null) limits = `from ${low} to ${high}`;
    const label = element("label", answers);
    element("span", label, {}, "Your number");
    const number = element("input", label, { type: "number", step: "any", inputmode: "decimal" });
    if (low !== null) number.min = low;
    if (high !== null) number.max = high;
    inputs.push(number);
    element("span", label, {}, [unit, limits && `(${limits})`].filter(Boolean).join(" "));
  }
  const button = element("button", form, { type: "submit" });
  const said = element("span", form, { role: "status" }); // read out by a screen reader
  // Jupyter would take keys for its own; it looks at the element that has the focus.
  for (const each of [...inputs, button]) each.setAttribute("data-lm-suppress-shortcuts", "true");

  // Rounded by the kernel; until it has answered, as it was entered.
  const written = (value) => model.get("words") || (choices.length ? `“${value}”` : `${value} ${unit}`.trim());

  // The learner's words, while they are neither kept nor taken back; null: there are none that will do.
  function entered() {
    if (choices.length) return inputs.find((input) => input.checked)?.value ?? null;
    const value = inputs[0].value === "" ? NaN : Number(inputs[0].value);
    return value >= (low ?? -Infinity) && value <= (high ?? Infinity) ? value : null;
  }

  function show() {
    const answer = model.get("answer");
    const outcome = model.get("outcome");
    const done = answer !== null && answer !== undefined;
    form.classList.toggle("done", done);
    fields.disabled = done;
    if (done) {
      if (choices.length) for (const input of inputs) input.checked = input.value === answer;
      else inputs[0].value = answer;
    }
    button.textContent = done ? "Predict anew" : outcome ? "Reveal" : "Predict";
    if (!done) said.textContent = "";
    else if (outcome === written(answer)) said.textContent = `You predicted ${outcome}, and so it is.`;
    else if (outcome) said.textContent = `You predicted ${written(answer)}; it is ${outcome}.`;
    else said.textContent = `You predict ${written(answer)}. Run the cells that follow to see.`;
    if (done && !model.get("kept")) said.textContent += " (It cannot be kept on this machine.)";
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const done = form.classList.contains("done");
    const value = done ? null : entered();
    if (!done && value === null) {
      said.textContent = choices.length ? "Choose one first." : `Give a number ${limits}`.trim() + " first.";
      inputs[0].focus();
      return;
    }
    model.set("answer", value);
    model.set("words", "");
    model.save_changes();
    show();
    if (done) inputs[0].focus(); // the field that was off is the next to be used
  });
  // Enter in a field means the button, and Shift+Enter must not run the cell while one writes.
  form.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.target !== button) {
      event.preventDefault();
      event.stopPropagation();
      form.requestSubmit();
    }
  });
  const events = "change:answer change:words change:outcome change:kept";
  model.on(events, show);
  show();
  return () => model.off(events, show);
}

export default { render };
