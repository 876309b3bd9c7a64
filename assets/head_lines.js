// Attention as lines: on the left the tokens that attend, on the right those that are attended to. A token under the
// pointer, tapped, or reached with the arrow keys shows its own lines alone and is told in words.
// A link is six bytes: query and key, two each, low byte first; which of the heads; its weight, 255 for one.
const SVG = "http://www.w3.org/2000/svg";
const SIZE = 14, LINE = 24, DENSE = 18, MANY = 80; // with more tokens than that they stand closer
const BEHIND = 3; // lines of each token that are drawn among many while none is chosen
const LEVELS = 8, TOLD = 5, SHARE = 0.38; // of the width, for the names on each side
const pen = document.createElement("canvas").getContext("2d");

const element = (name, attributes, text) => {
  const one = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) one.setAttribute(key, value);
  if (text !== undefined) one.textContent = text;
  return one;
};
const made = (name, className) => Object.assign(document.createElement(name), { className });

// All links, the heaviest of each token first.
function unpack(packed) {
  const bytes = Uint8Array.from(atob(packed), (sign) => sign.charCodeAt(0));
  const links = [];
  for (let n = 0; n < bytes.length; n += 6) {
    links.push({ query: bytes[n] + 256 * bytes[n + 1], key: bytes[n + 2] + 256 * bytes[n + 3], head: bytes[n + 4], weight: bytes[n + 5] / 255 });
  }
  return links.sort((a, b) => b.weight - a.weight);
}
const grouped = (links, side) => {
  const groups = new Map();
  for (const link of links) {
    if (!groups.has(link[side])) groups.set(link[side], []);
    groups.get(link[side]).push(link);
  }
  return groups;
};

function shorten(text, width) {
  if (pen.measureText(text).width <= width) return text;
  const signs = [...text];
  while (signs.length && pen.measureText(`${signs.join("")}…`).width > width) signs.pop();
  return `${signs.join("")}…`;
}

class Lines {
  constructor(place, data) {
    this.place = place;
    this.data = data;
    this.links = unpack(data.links);
    this.hidden = new Set(); // heads
    this.chosen = this.kept = null; // { side, n }: under the pointer, and tapped
    this.said = made("div", "said");
    this.said.setAttribute("aria-live", "polite");
    this.scroll = made("div", "scroll");
    this.scroll.tabIndex = 0;
    this.scroll.setAttribute("role", "group");
    this.scroll.setAttribute("aria-label", data.alt);
    place.replaceChildren(this.said, ...(data.heads.length > 1 ? [this.chips()] : []), this.scroll);
    this.scroll.onpointermove = (event) => { if (event.pointerType === "mouse") this.show(this.under(event)); };
    this.scroll.onpointerleave = () => this.show(null);
    this.scroll.onclick = (event) => this.keep(this.under(event));
    this.scroll.onkeydown = (event) => this.step(event);
    this.filter();
  }

  // A button for each head, which shows and hides its lines.
  chips() {
    const row = made("div", "chips");
    row.append(...this.data.heads.map(({ name, color }, n) => {
      const chip = made("button", "");
      chip.type = "button";
      chip.textContent = name;
      chip.style.setProperty("--c", color);
      chip.setAttribute("aria-pressed", "true");
      chip.setAttribute("aria-label", `Head ${name}`);
      chip.onclick = () => {
        if (!this.hidden.delete(n)) this.hidden.add(n);
        chip.setAttribute("aria-pressed", String(!this.hidden.has(n)));
        this.filter();
        this.draw();
      };
      return chip;
    }));
    return row;
  }

  filter() {
    const shown = this.links.filter((link) => !this.hidden.has(link.head));
    this.by = { query: grouped(shown, "query"), key: grouped(shown, "key") };
  }

  names(side) {
    return side === "query" ? this.data.rows : this.data.columns;
  }

  y(n) {
    return (n + 0.5) * this.line;
  }

  path({ query, key }) {
    const [from, to] = [this.y(query), this.y(key)], middle = (this.left + this.right) / 2;
    return `M${this.left} ${from}C${middle} ${from} ${middle} ${to} ${this.right} ${to}`;
  }

  stroke(level, head) {
    return { stroke: this.data.heads[head].color, "stroke-opacity": 0.15 + 0.85 * level, "stroke-width": 0.8 + 2.4 * level };
  }

  draw() {
    this.width = this.scroll.clientWidth;
    if (!this.width) return;
    const count = Math.max(this.data.rows.length, this.data.columns.length);
    this.many = count > MANY;
    this.line = this.many ? DENSE : LINE;
    pen.font = `${SIZE}px ${getComputedStyle(this.place).fontFamily}`;
    const room = SHARE * this.width;
    const names = ["query", "key"].map((side) => this.names(side).map((name) => shorten(name, room - 12)));
    const widths = names.map((side) => Math.min(room, 12 + Math.max(0, ...side.map((name) => pen.measureText(name).width))));
    this.left = widths[0];
    this.right = this.width - widths[1];
    const svg = element("svg", { width: this.width, height: count * this.line, role: "presentation" });
    this.behind = element("g", { class: "behind" });
    this.behind.append(...this.everything());
    this.front = element("g", {});
    const labels = names.flatMap((side, s) => side.map((name, n) => element("text",
      { x: s ? this.right + 8 : this.left - 8, y: this.y(n), dy: ".35em", "font-size": SIZE, "text-anchor": s ? "start" : "end" }, name)));
    svg.append(this.behind, this.front, ...labels);
    this.scroll.replaceChildren(svg);
    this.mark();
  }

  // All lines, those of about the same weight as one path.
  everything() {
    const paths = new Map();
    for (const links of this.by.query.values()) {
      for (const link of this.many ? links.slice(0, BEHIND) : links) {
        const level = Math.ceil(LEVELS * Math.sqrt(link.weight));
        const name = `${link.head} ${level}`;
        paths.set(name, (paths.get(name) ?? "") + this.path(link));
      }
    }
    return [...paths].map(([name, d]) => {
      const [head, level] = name.split(" ").map(Number);
      return element("path", { d, ...this.stroke(level / LEVELS, head) });
    });
  }

  // The token under the pointer.
  under(event) {
    const box = this.scroll.firstElementChild.getBoundingClientRect();
    const side = event.clientX - box.left < (this.left + this.right) / 2 ? "query" : "key";
    const n = Math.floor((event.clientY - box.top) / this.line);
    return n >= 0 && n < this.names(side).length ? { side, n } : null;
  }

  show(token) {
    if (token?.side === this.chosen?.side && token?.n === this.chosen?.n) return;
    this.chosen = token;
    this.mark();
  }

  keep(token) {
    const same = token && this.kept && token.side === this.kept.side && token.n === this.kept.n;
    this.kept = same ? null : token;
    if (same) this.chosen = null;
    this.mark();
  }

  step(event) {
    const last = this.data.rows.length - 1;
    const now = this.kept?.side === "query" ? this.kept.n : -1;
    const next = { ArrowDown: Math.min(now + 1, last), ArrowUp: Math.max(now - 1, 0), Home: 0, End: last }[event.key];
    if (next === undefined && event.key !== "Escape") return;
    event.preventDefault();
    this.chosen = null;
    this.kept = next === undefined ? null : { side: "query", n: next };
    if (this.kept) {
      const top = next * this.line, room = this.scroll.clientHeight;
      if (top < this.scroll.scrollTop || top + this.line > this.scroll.scrollTop + room) this.scroll.scrollTop = top - room / 2;
    }
    this.mark();
  }

  // Draws the lines of the chosen token in front, and tells them.
  mark() {
    const token = this.chosen ?? this.kept;
    this.behind?.setAttribute("class", token ? (this.many ? "behind away" : "behind dim") : "behind");
    this.front?.replaceChildren();
    if (!token) {
      this.said.textContent = this.data.hint;
      return;
    }
    const links = this.by[token.side].get(token.n) ?? [];
    const other = token.side === "query" ? "key" : "query";
    const box = (side, n, color, opacity) => {
      const x = side === "query" ? 0 : this.right;
      const width = side === "query" ? this.left : this.width - this.right;
      return element("rect", { x, y: n * this.line + 1, width, height: this.line - 2, rx: 4, fill: color, "fill-opacity": opacity });
    };
    this.front.append(
      box(token.side, token.n, "currentColor", 0.12),
      ...links.map((link) => box(other, link[other], this.data.heads[link.head].color, 0.45 * link.weight)),
      ...links.map((link) => element("path", { d: this.path(link), ...this.stroke(Math.sqrt(link.weight), link.head) })),
    );
    const several = this.data.heads.length > 1;
    const told = links.slice(0, TOLD).map((link) =>
      `${this.names(other)[link[other]]} ${link.weight.toFixed(2)}${several ? ` (head ${this.data.heads[link.head].name})` : ""}`);
    const verb = token.side === "query" ? "attends to" : "is attended to by";
    this.said.textContent = `“${this.names(token.side)[token.n]}” ${verb} ${told.join(", ") || "nothing above the threshold"}`;
  }
}

export default function ({ parentElement, data }) {
  const lines = new Lines(parentElement.querySelector(".lines"), data);
  const seen = new ResizeObserver(() => { if (lines.width !== lines.scroll.clientWidth) lines.draw(); });
  lines.draw();
  seen.observe(lines.scroll);
  // The overview beside it frames the head that is shown here.
  document.querySelector(`.st-key-${CSS.escape(data.overview)}`)?.setAttribute("data-chosen", data.chosen);
  return () => seen.disconnect();
}
