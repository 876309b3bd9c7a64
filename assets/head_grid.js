// All attention heads as buttons; a click tells Python which layer and head was chosen, counted from 1.
export default function ({ parentElement, data, setTriggerValue }) {
  const grid = parentElement.querySelector(".grid");
  const rows = data.images.map((images, l) => {
    const row = document.createElement("div");
    row.className = "row";
    const name = document.createElement("span");
    name.textContent = l + 1;
    row.append(name, ...images.map((source, h) => {
      const button = document.createElement("button");
      const image = document.createElement("img");
      image.src = source;
      image.alt = "";
      button.title = `Layer ${l + 1}, head ${h + 1}`;
      button.setAttribute("aria-label", button.title);
      button.setAttribute("aria-pressed", String(l + 1 === data.layer && h + 1 === data.head));
      button.onclick = () => setTriggerValue("pick", { layer: l + 1, head: h + 1 });
      button.append(image);
      return button;
    }));
    return row;
  });
  const focused = [...grid.querySelectorAll("button")].indexOf(grid.querySelector(":focus"));
  grid.replaceChildren(...rows);
  grid.querySelectorAll("button")[focused]?.focus();
}
