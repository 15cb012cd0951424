// What the widgets share that answer with a digit: elements with a style, and ten bars. It stands before their own code.
function element(name, style, parent) {
  const made = document.createElement(name);
  Object.assign(made.style, style);
  parent.appendChild(made);
  return made;
}

function bars(parent) {
  return Array.from({ length: 10 }, (_, digit) => {
    const row = element("div", { display: "flex", alignItems: "center", height: "24px" }, parent);
    element("b", { width: "1.5em", textAlign: "center" }, row).textContent = digit;
    const track = element("div", { width: "160px", background: "rgba(128,128,128,.2)" }, row);
    const bar = element("div", { width: "0", height: "16px", background: "#3a7bd5" }, track);
    const text = element("span", { marginLeft: ".5em", fontFamily: "monospace" }, row);
    text.className = "answer-bar";
    return { bar, text };
  });
}

// Shows ten probabilities, the largest of them in another colour; null shows none.
function fill(rows, probabilities) {
  const largest = probabilities ? Math.max(...probabilities) : 0;
  rows.forEach(({ bar, text }, digit) => {
    const p = probabilities ? probabilities[digit] : 0;
    bar.style.width = 160 * p + "px";
    bar.style.background = probabilities && p === largest ? "#e2574c" : "#3a7bd5";
    text.textContent = probabilities ? Math.round(100 * p) + " %" : "";
  });
}
