// A field to drop a picture on, or to choose a file with. The browser decodes the picture, turns it
// upright and makes it small, so that little has to be sent; a file that it cannot decode is sent as it is.
const LONGEST = 1024;
const LARGEST_FILE = 20e6;

const asBase64 = (blob) =>
  new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result.split(",")[1] ?? "");
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(blob);
  });

async function made_small(file) {
  const bitmap = await createImageBitmap(file);
  const scale = Math.min(1, LONGEST / Math.max(bitmap.width, bitmap.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(bitmap.width * scale));
  canvas.height = Math.max(1, Math.round(bitmap.height * scale));
  const context = canvas.getContext("2d");
  context.fillStyle = "white";
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", 0.92));
}

function render({ model, el }) {
  const field = document.createElement("label");
  field.tabIndex = 0;
  field.setAttribute("data-lm-suppress-shortcuts", "true"); // Jupyter would take the keys for its own
  field.style.cssText =
    "display:block;max-width:40em;padding:1.2em;border:2px dashed #888;border-radius:8px;text-align:center;cursor:pointer";
  const words = document.createElement("span");
  const chooser = document.createElement("input");
  chooser.type = "file";
  chooser.accept = "image/*";
  chooser.style.display = "none";
  field.append(words, chooser);
  const message = document.createElement("div");
  message.setAttribute("role", "status");
  message.style.margin = "0.5em 0";
  const answer = document.createElement("img");
  answer.style.maxWidth = "100%";
  el.append(field, message, answer);

  const say = (text) => (message.textContent = text);
  words.textContent = "Drop a picture here, or click to choose one";

  async function send(file) {
    if (!file) return;
    say(`Looking at ${file.name} …`);
    let content = file;
    try {
      content = await made_small(file);
    } catch {
      if (file.size > LARGEST_FILE) return say(`${file.name} is too large and no picture that this browser knows.`);
    }
    try {
      model.set("sent", { name: file.name, content: await asBase64(content), number: Date.now() });
      model.save_changes();
    } catch {
      say(`${file.name} cannot be read.`);
    }
  }
  chooser.onchange = () => send(chooser.files[0]);
  field.onkeydown = (event) => {
    if (event.key === "Enter" || event.key === " ") chooser.click();
  };
  field.ondragover = (event) => {
    event.preventDefault();
    field.style.borderColor = "#1f77b4";
  };
  field.ondragleave = () => (field.style.borderColor = "#888");
  field.ondrop = (event) => {
    event.preventDefault();
    event.stopPropagation();
    field.style.borderColor = "#888";
    send(event.dataTransfer.files[0]);
  };

  function show() {
    const { text = "", png = "" } = model.get("answer");
    say(text);
    answer.src = png ? `data:image/png;base64,${png}` : "";
    answer.style.display = png ? "" : "none";
  }
  model.on("change:answer", show);
  show();
}

export default { render };
