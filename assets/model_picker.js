// The picker of models: what is chosen as chips, and a box that searches the others; tells Python the ids that are chosen.
const make = (name, attributes = {}, ...children) => {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key === "text") element.textContent = value;
    else if (key.startsWith("on")) element[key] = value;
    else element.setAttribute(key, value);
  }
  element.append(...children);
  return element;
};
const mark = (model) => make("span", { class: "mark", style: `--c:${model.color}`, "aria-hidden": "true", text: model.mark });
const matches = (model, words) => {
  const text = `${model.name} ${model.id} ${model.family} ${model.line}`.toLowerCase();
  return words.every((word) => text.includes(word));
};

class Picker {
  constructor(root) {
    this.chips = make("ul", { class: "chips" });
    this.input = make("input", {
      id: "search", type: "text", role: "combobox", autocomplete: "off", spellcheck: "false",
      "aria-autocomplete": "list", "aria-controls": "list", "aria-expanded": "false",
    });
    this.label = make("label", { for: "search" });
    this.list = make("div", { id: "list", role: "listbox" });
    this.note = make("p", { class: "note", role: "status" });
    this.box = make("div", { class: "box" }, this.chips, this.input);
    this.popup = make("div", { class: "popup" }, this.note, this.list);
    root.replaceChildren(this.label, this.box, this.popup);
    this.input.oninput = () => this.show(0);
    this.input.onclick = () => this.show();
    this.input.onkeydown = (event) => this.key(event);
    this.box.onmousedown = (event) => {
      if (event.target === this.input || event.target.closest("button")) return;
      event.preventDefault();
      this.input.focus();
      this.show();
    };
    this.popup.onmousedown = (event) => event.preventDefault();  // the box keeps the focus
    root.addEventListener("focusout", (event) => root.contains(event.relatedTarget) || this.close());
    this.close();
  }

  // Takes what Python says; the search goes on.
  take(data, choose) {
    Object.assign(this, { data, choose, chosen: [...data.chosen] });
    this.label.textContent = data.label;
    this.draw();
    if (this.open) this.show(this.active);
  }

  get one() { return this.data.most === 1; }
  get full() { return !this.one && this.chosen.length >= this.data.most; }

  draw() {
    const found = this.chosen.map((id) => this.data.models.find((model) => model.id === id)).filter(Boolean);
    this.chips.replaceChildren(...found.map((model) => {
      const remove = make("button", {
        type: "button", "aria-label": `Remove ${model.name}`, text: "×", onclick: () => this.toggle(model.id),
      });
      const name = make("span", { class: "name", text: model.name });
      return make("li", { style: `--c:${model.color}`, title: `${model.id}: ${model.line}` },
        mark(model), name, ...(this.one ? [] : [remove]));
    }));
    this.chips.hidden = !found.length;
    this.input.placeholder = this.one ? "Search for another" : this.full ? `${this.data.most} is the most`
      : found.length ? "Add a model to compare" : "Choose a model";
  }

  // Opens the list of what matches, with number `active` of them ready for Enter.
  show(active = 0) {
    const words = this.input.value.toLowerCase().split(/\s+/).filter(Boolean);
    const found = this.data.models.filter((model) => matches(model, words));
    this.open = true;
    this.popup.hidden = false;
    this.input.setAttribute("aria-expanded", "true");
    const groups = grouped(found);
    this.options = [];
    this.list.replaceChildren(...[...groups].map(([name, models]) =>
      make("div", { role: "group", "aria-label": name },
        make("div", { class: "group", "aria-hidden": "true", text: name }), ...models.map((model) => this.option(model)))));
    this.list.hidden = !found.length;
    this.note.textContent = !found.length ? `No model matches “${this.input.value.trim()}”.`
      : this.full ? "Remove one to choose another." : "";
    this.note.hidden = !this.note.textContent;
    this.point(Math.min(active, this.options.length - 1));
    this.popup.scrollIntoView({ block: "nearest" });
  }

  option(model) {
    const chosen = this.chosen.includes(model.id);
    const off = this.full && !chosen;
    const words = make("span", { class: "words" }, make("b", { text: model.name }), make("small", { text: model.line }));
    const option = make("div", {
      id: `option-${this.options.length}`, role: "option", "aria-selected": String(chosen),
      "aria-label": `${model.name}: ${model.line}`, onclick: () => off || this.toggle(model.id),
    }, mark(model), words, make("span", { class: "tick", "aria-hidden": "true", text: chosen ? "✓" : "" }));
    if (off) option.setAttribute("aria-disabled", "true");
    option.onmousemove = () => this.point(this.options.indexOf(option), false);
    option.pick = () => off || this.toggle(model.id);
    this.options.push(option);
    return option;
  }

  // Makes one option that which Enter takes.
  point(number, scroll = true) {
    this.active = Math.max(number, 0);
    this.options.forEach((option, n) => option.classList.toggle("active", n === this.active));
    const option = this.options[this.active];
    if (!option) return this.input.removeAttribute("aria-activedescendant");
    this.input.setAttribute("aria-activedescendant", option.id);
    if (scroll) option.scrollIntoView({ block: "nearest" });
  }

  close() {
    this.open = false;
    this.options = [];
    this.popup.hidden = true;
    this.input.value = "";
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
  }

  toggle(id) {
    if (this.one) this.chosen = [id];
    else this.chosen = this.chosen.includes(id) ? this.chosen.filter((one) => one !== id) : [...this.chosen, id];
    this.close();
    this.draw();
    this.input.focus();
    this.choose(this.chosen);
  }

  key(event) {
    const last = this.options.length - 1;
    if (event.key === "ArrowDown") this.open ? this.point(this.active === last ? 0 : this.active + 1) : this.show();
    else if (event.key === "ArrowUp") this.open ? this.point(this.active ? this.active - 1 : last) : this.show();
    else if (event.key === "Enter") this.open ? this.options[this.active]?.pick() : this.show();
    else if (event.key === "Escape" && this.open) this.close();
    else if (event.key === "Backspace" && !this.input.value && !this.one && this.chosen.length) this.toggle(this.chosen.at(-1));
    else return;
    event.preventDefault();
    event.stopPropagation();
  }
}

const grouped = (models) => models.reduce((groups, model) =>
  groups.set(model.group, [...(groups.get(model.group) ?? []), model]), new Map());

const pickers = new WeakMap();
export default function ({ parentElement, data, setTriggerValue }) {
  const root = parentElement.querySelector(".picker");
  if (!pickers.has(root)) pickers.set(root, new Picker(root));
  pickers.get(root).take(data, (ids) => setTriggerValue("chosen", ids));
}
