// A forward pass step by step: what a step does, its numbers as colours, whether it was checked. Played, or gone through
// by button, arrow keys and space; a token that is chosen is followed. The numbers are files of halves that the server
// has, one for each part that a choice changes apart from the others; a step knows where in them its own are.
const EVERY_MS = 4000;
const PLUS = [38, 139, 210], MINUS = [222, 104, 28]; // seen on light and on dark
const LABEL = 12, GAP = 6, FIRST = 6; // pixels of a label, its distance, numbers that are written out
const KEPT = 64; // files
const SVG = "http://www.w3.org/2000/svg";
const files = new Map(); // of numbers, by address
const pen = document.createElement("canvas").getContext("2d");

const make = (name, attributes = {}, ...children) => {
  const one = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) one[key] = value;
    else if (value !== undefined && value !== false) one.setAttribute(key, value === true ? "" : value);
  }
  one.append(...children);
  return one;
};

// The numbers of an array of halves.
function read(bits, rows, columns) {
  const numbers = new Float32Array(bits.length);
  bits.forEach((half, n) => {
    const power = (half >> 10) & 31, rest = half & 1023;
    const size = power === 0 ? rest * 2 ** -24 : power === 31 ? (rest ? NaN : Infinity) : (1 + rest / 1024) * 2 ** (power - 15);
    numbers[n] = half >> 15 ? -size : size;
  });
  return { rows, columns, numbers };
}

// Where colours are full: the largest of all but the outermost hundredth, so that single outliers do not pale the rest;
// of one row, if a token is followed.
function fullAt({ numbers, columns }, row = null) {
  const own = row === null ? numbers : numbers.subarray(row * columns, (row + 1) * columns);
  const sizes = Float32Array.from(own, Math.abs).sort();
  return (sizes.length > 200 && sizes[Math.floor(0.99 * sizes.length)]) || sizes.at(-1) || 1;
}

const say = (number) => {
  const digits = Math.abs(number) >= 1000 ? 0 : Math.abs(number) >= 100 ? 1 : Math.abs(number) >= 10 ? 2 : 3;
  return number.toFixed(digits).replace(/^-0(\.0*)?$/, "0$1").replace("-", "−");
};

// The cells of an array on a canvas of `scale` × its size in pixels of the page; rows other than `followed` are pale.
function paint(canvas, array, { width, height, full, apart, followed }) {
  const scale = window.devicePixelRatio;
  canvas.width = Math.max(1, Math.round(width * scale));
  canvas.height = Math.max(1, Math.round(height * scale));
  Object.assign(canvas.style, { width: `${width}px`, height: `${height}px` });
  const columns = Math.min(array.columns, canvas.width); // where there is less room, the largest of what falls together
  const small = new ImageData(columns, array.rows);
  for (let n = 0; n < columns * array.rows; n += 1) {
    const row = Math.floor(n / columns), column = n % columns;
    const [start, end] = [column, column + 1].map((one) => Math.floor(one * array.columns / columns));
    let number = 0;
    for (let at = start; at < end; at += 1) {
      const one = array.numbers[row * array.columns + at];
      if (Math.abs(one) > Math.abs(number)) number = one;
    }
    const share = Math.min(1, Math.abs(number) / full) ** 0.7;
    const pale = followed === null || row === followed ? 1 : 0.28;
    small.data.set([...(number < 0 ? MINUS : PLUS), Math.round(255 * share * pale)], 4 * n);
  }
  const whole = new OffscreenCanvas(columns, array.rows);
  whole.getContext("2d").putImageData(small, 0, 0);
  const context = canvas.getContext("2d");
  context.imageSmoothingEnabled = false;
  for (let row = 0; row < array.rows; row += 1) {
    const top = Math.round(row * canvas.height / array.rows), end = Math.round((row + 1) * canvas.height / array.rows);
    context.drawImage(whole, 0, row, columns, 1, 0, top, canvas.width, Math.max(1, end - top - (apart ? scale : 0)));
  }
}

class Player {
  constructor(place, data, kept) {
    Object.assign(this, { place, data, kept });
    const linked = kept.of === undefined && data.start; // a link says at which step, and which token is followed
    kept.at = Math.min(kept.at ?? (linked ? linked.step - 1 : 0), data.steps.length - 1);
    if (kept.of !== data.text) Object.assign(kept, { of: data.text, follow: data.first });
    if (linked) kept.follow = linked.token && linked.token <= data.labels.length ? linked.token - 1 : null;
    this.arrays = new Map();
    this.still = window.matchMedia("(prefers-reduced-motion: reduce)");
  }

  // Fetches the numbers that are not here yet, and draws again once they are.
  async fetch() {
    await Promise.all(Object.values(this.data.parts).filter(Boolean).map(async (address) => {
      if (files.has(address)) return;
      const answer = await fetch(new URL(address.replace(/^\//, ""), location.href));
      if (answer.ok) files.set(address, new Uint16Array(await answer.arrayBuffer()));
      if (files.size > KEPT) files.delete(files.keys().next().value);
    }));
    if (!this.gone) this.draw();
  }

  // The numbers of a step, once they are here.
  array(name) {
    const [part, start, rows, columns] = this.data.steps.find((one) => one.name === name)?.numbers ?? [];
    const bits = files.get(this.data.parts[part]);
    if (!bits) return null;
    if (!this.arrays.has(name)) this.arrays.set(name, read(bits.subarray(start, start + rows * columns), rows, columns));
    return this.arrays.get(name);
  }

  get step() {
    return this.data.steps[this.kept.at];
  }

  go(at, focus) {
    const last = this.data.steps.length - 1;
    if (at > last) this.kept.playing = false;
    this.kept.at = Math.max(0, Math.min(last, at));
    this.fresh = true;
    this.draw();
    if (focus) this.place.querySelector(focus)?.focus();
  }

  follow(token) {
    this.kept.follow = this.kept.follow === token ? null : token;
    this.draw();
  }

  play(on) {
    this.kept.playing = on;
    if (on && this.kept.at === this.data.steps.length - 1) this.kept.at = -1;
    if (on) this.go(this.kept.at + 1);
    else this.draw();
  }

  // The next step after a while, if it plays.
  wait() {
    clearTimeout(this.timer);
    if (this.kept.playing) this.timer = setTimeout(() => this.go(this.kept.at + 1), EVERY_MS);
  }

  key(event) {
    const { follow } = this.kept, count = this.data.labels.length;
    const inSlider = event.target.matches?.("input");
    const acts = {
      ArrowRight: () => this.go(this.kept.at + 1),
      ArrowLeft: () => this.go(this.kept.at - 1),
      Home: () => this.go(0),
      End: () => this.go(this.data.steps.length - 1),
      ArrowDown: () => { this.kept.follow = follow === null ? 0 : (follow + 1) % count; this.draw(); },
      ArrowUp: () => { this.kept.follow = follow === null ? count - 1 : (follow + count - 1) % count; this.draw(); },
      " ": () => this.play(!this.kept.playing),
    };
    if (event.ctrlKey || event.altKey || event.metaKey || !acts[event.key]) return;
    if (event.key === " " && event.target.matches?.("button")) return; // presses the button
    if (inSlider && event.key === " ") return;
    event.preventDefault();
    event.stopPropagation();
    acts[event.key]();
  }

  draw() {
    const focused = (this.place.getRootNode().activeElement ?? null)?.dataset?.name;
    const { step, kept, data } = this, scrolled = this.place.querySelector(".tokens")?.scrollTop ?? 0;
    const title = make("h2", { "aria-live": kept.playing ? "off" : "polite" },
      make("span", { class: "number" }, String(kept.at + 1)), ` ${step.title}`);
    this.figure = make("div", { class: `figure${this.fresh && !this.still.matches ? " fresh" : ""}` });
    this.fresh = false;
    this.place.replaceChildren(
      this.controls(), this.tokens(), title, make("p", { class: "says" }, step.says), this.flow(),
      this.figure, make("p", { class: "numbers", dir: "auto" }, this.written()), this.checked(),
    );
    this.place.style.setProperty("--rows", data.labels.length);
    this.fill();
    this.show(scrolled);
    if (focused) this.place.querySelector(`[data-name="${CSS.escape(focused)}"]`)?.focus();
    if (this.around) this.around.dataset.link = JSON.stringify({ [data.parameter]: `${kept.at + 1}.${(kept.follow ?? -1) + 1}` });
    this.wait();
  }

  controls() {
    const { kept, data } = this, last = data.steps.length - 1;
    const button = (name, text, label, act, off) =>
      make("button", { "data-name": name, "aria-label": label, title: label, onclick: act, disabled: off }, text);
    const groups = [...new Set(data.steps.map((one) => one.group))];
    return make("div", { class: "pg-controls controls" },
      button("back", "←", "One step back", () => { kept.playing = false; this.go(kept.at - 1); }, kept.at === 0),
      button("play", kept.playing ? "❚❚ Pause" : "▶ Play", kept.playing ? "Pause" : "Play", () => this.play(!kept.playing)),
      button("next", "→", "One step on", () => { kept.playing = false; this.go(kept.at + 1); }, kept.at === last),
      make("input", { type: "range", min: 0, max: last, value: kept.at, "data-name": "slider", "aria-label": "Step",
        "aria-valuetext": `Step ${kept.at + 1} of ${last + 1}: ${this.step.title}`,
        oninput: (event) => { kept.playing = false; this.go(Number(event.target.value)); } }),
      make("span", { class: "count" }, `${kept.at + 1} of ${last + 1}`),
      make("div", { class: "groups" }, ...groups.map((group) =>
        make("button", { "data-name": `group-${group}`, "aria-current": group === this.step.group ? "step" : undefined,
          onclick: () => { kept.playing = false; this.go(data.steps.findIndex((one) => one.group === group)); } }, group))));
  }

  tokens() {
    const { labels } = this.data;
    return make("div", { class: "tokens", role: "group", "aria-label": "Follow a token" }, ...labels.map((label, n) =>
      make("button", { "data-name": `token-${n}`, "aria-pressed": String(this.kept.follow === n), dir: "auto",
        title: `Follow “${label}”`, onclick: () => this.follow(n) }, label)));
  }

  // Brings the token that is followed into view where there are too many to see at once.
  show(scrolled) {
    const list = this.place.querySelector(".tokens"), one = list.querySelector('[aria-pressed="true"]');
    list.scrollTop = scrolled;
    if (!one) return;
    const [top, bottom] = [one.offsetTop - list.offsetTop, one.offsetTop - list.offsetTop + one.offsetHeight];
    if (top < list.scrollTop || bottom > list.scrollTop + list.clientHeight) list.scrollTop = top - list.clientHeight / 2;
  }

  // What the step takes, small, and how.
  flow() {
    const taken = this.step.takes.map((name) => this.data.steps.find((one) => one.name === name)).filter(Boolean);
    const small = taken.map((one) => {
      const array = this.array(one.name), canvas = make("canvas");
      if (array) paint(canvas, array, { width: 56, height: 30, full: fullAt(array), apart: false, followed: null });
      return make("button", { class: "taken", "data-name": `taken-${one.name}`, title: `To the step “${one.title}”`,
        onclick: () => { this.kept.playing = false; this.go(this.data.steps.indexOf(one)); } },
        ...(array ? [canvas] : []), make("span", {}, one.short));
    });
    const arrow = make("span", { class: "arrow", "aria-hidden": "true" }, "→");
    return make("div", { class: "flow" }, ...small, ...(small.length ? [arrow] : []), make("code", {}, this.step.formula));
  }

  fill() {
    const { step } = this;
    if (step.name === "pieces") this.cards();
    else if (step.name === "answer") this.bars();
    else this.matrix(this.array(step.name));
  }

  cards() {
    const { labels, ids, positions, segments } = this.data;
    const facts = (n) => [`id ${ids[n]}`, ...(positions.length ? [`position ${positions[n]}`] : []),
      ...(segments.length ? [`segment ${segments[n]}`] : [])];
    this.figure.append(make("ol", { class: "cards", tabindex: 0, "aria-label": "Tokens with their ids" }, ...labels.map((label, n) =>
      make("li", { class: this.kept.follow === n ? "followed" : "" }, make("b", { dir: "auto" }, label),
        ...facts(n).map((fact) => make("span", {}, fact))))));
  }

  bars() {
    const { guesses, said } = this.data.answer, alone = guesses.length === 1;
    const place = alone ? 0 : this.kept.follow ?? this.data.first;
    this.figure.append(make("p", { class: "said-answer", dir: "auto" }, said),
      ...(alone ? [] : [make("p", { class: "at" }, `At “${this.data.labels[place]}”:`)]),
      make("ol", { class: "bars" }, ...guesses[place].map(([text, score]) => {
        const bar = make("i");
        bar.style.width = `${100 * score}%`;
        return make("li", {}, make("span", { class: "name", dir: "auto" }, text), make("span", { class: "track" }, bar),
          make("span", { class: "score" }, score > 0 && score < 0.01 ? "<0.01" : score.toFixed(2)));
      })));
  }

  // The numbers of a step as colours: a row for each token, a column for each number or for each token looked at.
  matrix(array) {
    const width = this.place.clientWidth;
    if (!array || width <= 0) return;
    const { labels } = this.data, { square, mark, name } = this.step, { follow } = this.kept;
    const font = getComputedStyle(this.place).fontFamily;
    pen.font = `700 ${LABEL}px ${font}`; // as wide as the label of the followed token
    const shorten = (text) => ([...text].length > 12 ? `${[...text].slice(0, 11).join("")}…` : text);
    const names = labels.map(shorten), rows = array.rows === labels.length ? names : names.slice(0, array.rows);
    const margin = GAP + Math.ceil(Math.max(...rows.map((text) => pen.measureText(text).width)));
    const tall = Math.max(9, Math.min(24, 460 / labels.length)), height = tall * array.rows;
    const room = width - margin, across = square ? Math.min(room, Math.max(44, 300 / array.columns) * array.columns) : room;
    const named = square && across / array.columns >= 11;
    const top = named ? GAP + Math.ceil(Math.max(...names.map((text) => pen.measureText(text).width))) : 0;
    const full = fullAt(array, follow !== null && follow < array.rows ? follow : null), canvas = make("canvas");
    paint(canvas, array, { width: across, height, full, apart: tall > 11, followed: follow });
    Object.assign(canvas.style, { left: `${margin}px`, top: `${top}px` });
    const words = document.createElementNS(SVG, "svg");
    words.setAttribute("width", width);
    words.setAttribute("height", top + height);
    const write = (text, x, y, turned, strong) => {
      const one = document.createElementNS(SVG, "text");
      one.textContent = text;
      one.setAttribute("transform", `translate(${x},${y})${turned ? " rotate(-90)" : ""}`);
      one.setAttribute("text-anchor", turned ? "start" : "end");
      one.setAttribute("font-size", Math.min(LABEL, tall + 1));
      one.setAttribute("dy", ".35em");
      if (strong) one.setAttribute("font-weight", 700);
      words.append(one);
    };
    rows.forEach((text, n) => write(text, margin - GAP, top + (n + 0.5) * tall, false, n === follow));
    if (named) names.forEach((text, n) => write(text, margin + (n + 0.5) * across / array.columns, top - GAP, true, false));
    if (mark) {
      const box = document.createElementNS(SVG, "rect"), one = across / array.columns;
      const place = { x: margin + mark[0] * one, y: top - 1, width: (mark[1] - mark[0]) * one, height: height + 1 };
      Object.entries(place).forEach(([key, value]) => box.setAttribute(key, value));
      words.append(box);
    }
    const said = make("div", { class: "said", hidden: true });
    const holder = make("div", { class: "cells", role: "img", "aria-label": this.told(array) }, words, canvas, said);
    holder.style.height = `${top + height}px`;
    const minus = array.numbers.some((number) => number < 0) ? [make("i", { class: "minus" }), `−${say(full)}`] : [];
    const beyond = array.numbers.some((number) => Math.abs(number) > full) ? " and beyond" : "";
    this.figure.append(holder, make("p", { class: "scale" },
      ...minus, make("i", { class: "plus" }), `${say(full)}${beyond}`,
      make("span", {}, `${array.rows} × ${name === "neurons" ? this.data.neurons.length : array.columns} numbers`)));
    const at = (event) => {
      const box = canvas.getBoundingClientRect();
      const row = Math.floor((event.clientY - box.top) / box.height * array.rows);
      const column = Math.floor((event.clientX - box.left) / box.width * array.columns);
      return row >= 0 && row < array.rows && column >= 0 && column < array.columns ? [row, column] : null;
    };
    holder.onpointermove = holder.onpointerdown = (event) => {
      const cell = at(event);
      said.hidden = !cell;
      if (!cell) return;
      const [row, column] = cell;
      said.textContent = `${labels[row]}${this.column(column)}: ${say(array.numbers[row * array.columns + column])}`;
      const x = margin + (column + 0.5) * across / array.columns - said.offsetWidth / 2;
      const above = top + row * tall - said.offsetHeight - 4;
      said.style.left = `${Math.max(0, Math.min(x, width - said.offsetWidth))}px`;
      said.style.top = `${above < 0 ? top + (row + 1) * tall + 4 : above}px`;
    };
    holder.onpointerleave = () => { said.hidden = true; };
    holder.onclick = (event) => { if (at(event) && event.pointerType === "mouse") this.follow(at(event)[0]); };
  }

  // What a column stands for.
  column(n) {
    if (this.step.square) return ` → ${this.data.labels[n]}`;
    return this.step.name === "neurons" ? `, neuron ${this.data.neurons[n]}` : `, number ${n}`;
  }

  // The figure in words.
  told(array) {
    const what = this.step.square ? `${array.rows} tokens by ${array.columns} tokens` : `${array.rows} tokens, ${array.columns} numbers each`;
    return `${this.step.title}: ${what}. ${this.written()}`;
  }

  row(name, n) {
    const array = this.array(name);
    return array ? array.numbers.subarray(n * array.columns, (n + 1) * array.columns) : null;
  }

  // The numbers of the token that is followed, and one of them by hand.
  written() {
    const { step, kept, data } = this, array = this.array(step.name), n = kept.follow;
    if (!array) return "";
    if (n === null || n >= array.rows) return "Choose a token to follow it and to read its numbers.";
    const own = this.row(step.name, n), label = `“${data.labels[n]}”`;
    const best = own.reduce((found, value, place) => (value > own[found] ? place : found), 0);
    if (step.name === "neurons") {
      const strongest = [...own.keys()].sort((a, b) => own[b] - own[a]).slice(0, 3);
      return `Of ${label} fire most: ${strongest.map((place) => `neuron ${data.neurons[place]} (${say(own[place])}${this.firesOn(array, place, n)}${this.elsewhere(place)})`).join(", ")}.`;
    }
    if (!step.square) return `${label}: ${[...own.subarray(0, FIRST)].map(say).join("  ")} …${this.byHand(n)}`;
    return `${label} → “${data.labels[best]}” is the largest: ${say(own[best])}.${this.byHand(n, best)}`;
  }

  // On which other token a neuron fires most.
  firesOn(array, column, except) {
    const others = [...Array(array.rows).keys()].filter((row) => row !== except);
    const value = (row) => array.numbers[row * array.columns + column];
    const most = others.reduce((found, row) => (value(row) > value(found) ? row : found), others[0]);
    return most !== undefined && value(most) > 0.1 ? `, also on “${this.data.labels[most]}” ${say(value(most))}` : "";
  }

  // On what a neuron fires most in other texts, where that was looked for.
  elsewhere(column) {
    const found = this.data.elsewhere[column];
    return found ? `; in other texts on ${found}` : "";
  }

  // One number of the followed token, computed here from what is shown.
  byHand(n, best) {
    const of = (name, row) => this.row(name, row), { step, data } = this;
    const dot = (a, b) => a.reduce((total, value, place) => total + value * b[place], 0);
    const taken = step.takes.map((name) => of(name, n));
    if (!taken.length || taken.some((one) => one === null) && !["sum", "scaled"].includes(step.name)) return "";
    const there = taken.filter(Boolean);
    if (step.name === "sum") return ` By hand, number 0: ${there.map((one) => say(one[0])).join(" + ")} = ${say(there.reduce((total, one) => total + one[0], 0))}.`;
    if (step.name === "scores") return ` By hand: query · key = ${say(dot(taken[0], of("key", best)))}.`;
    if (step.name === "scaled") {
      const terms = there.map((one) => one[best]);
      return ` By hand: ${terms.length > 1 ? `(${terms.map(say).join(" + ")})` : say(terms[0])} / ${say(data.scale)} = ${say(terms.reduce((a, b) => a + b, 0) / data.scale)}.`;
    }
    if (step.name === "weights") {
      const most = Math.max(...taken[0]), powers = taken[0].map((score) => Math.exp(score - most));
      return ` By hand: e^${say(taken[0][best])} / sum = ${say(powers[best] / powers.reduce((a, b) => a + b, 0))}.`;
    }
    if (step.name === "weighted") return ` By hand, number 0: ${say(taken[0].reduce((total, share, row) => total + share * of("value", row)[0], 0))}.`;
    return "";
  }

  checked() {
    const { check, holds } = this.step;
    return make("p", { class: `check${holds === null ? "" : holds ? " holds" : " fails"}` },
      make("b", {}, holds === null ? "" : holds ? "✓ Checked. " : "✗ Not as computed by hand. "), check);
  }
}

export default function ({ parentElement, data }) {
  const place = parentElement.querySelector(".steps");
  const everyone = (window.playgroundPlayers ??= new Map());
  if (!everyone.has(data.key)) everyone.set(data.key, {});
  const player = new Player(place, data, everyone.get(data.key));
  player.around = (parentElement.host ?? parentElement).closest?.(`.st-key-${CSS.escape(data.key)}`);
  place.setAttribute("role", "group");
  place.setAttribute("aria-label", "Step by step: arrow keys go one step on or back, space plays");
  place.tabIndex = 0;
  place.dataset.name = "all";
  place.onkeydown = (event) => player.key(event);
  let width = place.clientWidth;
  const resized = new ResizeObserver(() => {
    if (place.clientWidth === width) return;
    width = place.clientWidth;
    player.draw();
  });
  resized.observe(place);
  player.draw();
  player.fetch();
  return () => {
    player.gone = true;
    clearTimeout(player.timer);
    resized.disconnect();
  };
}
