// All attention heads as buttons; a click tells Python which layer and head was chosen, counted from 1. Which one is
// shown stands in `data-chosen` of the element around the grid: the picture of the chosen head writes it there, so that
// the overview is not sent again with each choice.
export default function ({ parentElement, data, setTriggerValue }) {
  const grid = parentElement.querySelector(".grid");
  const around = (parentElement.host ?? parentElement).closest(`.st-key-${CSS.escape(data.key)}`);
  const press = () => {
    for (const button of grid.querySelectorAll("button")) {
      button.setAttribute("aria-pressed", String(button.value === around?.dataset.chosen));
    }
  };
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
      button.value = `${l + 1}.${h + 1}`;
      button.title = `Layer ${l + 1}, head ${h + 1}`;
      button.setAttribute("aria-label", button.title);
      button.onclick = () => setTriggerValue("pick", { layer: l + 1, head: h + 1 });
      button.append(image);
      return button;
    }));
    return row;
  });
  const focused = [...grid.querySelectorAll("button")].indexOf(grid.querySelector(":focus"));
  grid.replaceChildren(...rows);
  press();
  grid.querySelectorAll("button")[focused]?.focus();
  const changed = new MutationObserver(press);
  if (around) changed.observe(around, { attributeFilter: ["data-chosen"] });
  return () => changed.disconnect();
}
