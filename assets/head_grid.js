// All attention heads as buttons; a click tells Python which layer and head was chosen, counted from 1. Which one is
// shown stands in `data-chosen` of the element around the grid: the picture of the chosen head writes it there. The
// pictures are one sheet that the server has, so that a choice sends its address and not the overview again.
export default function ({ parentElement, data, setTriggerValue }) {
  const grid = parentElement.querySelector(".grid");
  const around = (parentElement.host ?? parentElement).closest(`.st-key-${CSS.escape(data.key)}`);
  const press = () => {
    for (const button of grid.querySelectorAll("button")) {
      button.setAttribute("aria-pressed", String(button.value === around?.dataset.chosen));
    }
  };
  const sheet = new Image();
  const numbers = (count) => Array.from({ length: count }, (_, n) => n);
  const rows = numbers(data.layers).map((l) => {
    const row = document.createElement("div");
    row.className = "row";
    const name = document.createElement("span");
    name.textContent = l + 1;
    row.append(name, ...numbers(data.heads).map((h) => {
      const button = document.createElement("button");
      button.value = `${l + 1}.${h + 1}`;
      button.title = `Layer ${l + 1}, head ${h + 1}`;
      button.setAttribute("aria-label", button.title);
      button.onclick = () => setTriggerValue("pick", { layer: l + 1, head: h + 1 });
      button.append(document.createElement("canvas"));
      return button;
    }));
    return row;
  });
  sheet.onload = () => {
    const size = sheet.naturalWidth / data.heads;
    grid.querySelectorAll("canvas").forEach((canvas, n) => {
      canvas.width = canvas.height = size;
      const [l, h] = [Math.floor(n / data.heads), n % data.heads];
      canvas.getContext("2d").drawImage(sheet, h * size, l * size, size, size, 0, 0, size, size);
    });
  };
  if (data.sheet) sheet.src = new URL(data.sheet.replace(/^\//, ""), location.href);
  const focused = [...grid.querySelectorAll("button")].indexOf(grid.querySelector(":focus"));
  grid.replaceChildren(...rows);
  press();
  grid.querySelectorAll("button")[focused]?.focus();
  const changed = new MutationObserver(press);
  if (around) changed.observe(around, { attributeFilter: ["data-chosen"] });
  return () => changed.disconnect();
}
