// One attention head at its full size: a row for each token that attends, a column for each that is attended to.
// The weights come as a grey PNG: in each pixel a share of 100 of the square root of the largest weight. Of a difference
// 100 is none; more is above it, less below.
const NAMED = 60; // with more tokens than this their names would overlap
const SIZE = 12, LONGEST = 16, GAP = 6;
const LEVELS = 100;
const STEPS = { ArrowDown: [1, 0], ArrowUp: [-1, 0], ArrowRight: [0, 1], ArrowLeft: [0, -1] }; // rows, columns
const SVG = "http://www.w3.org/2000/svg";
const pen = document.createElement("canvas").getContext("2d", { willReadFrequently: true });

const shorten = (text) => ([...text].length > LONGEST ? `${[...text].slice(0, LONGEST - 1).join("")}…` : text);

// The levels of all cells, row after row.
async function read(source, across, down) {
  const image = new Image();
  image.src = source;
  await image.decode();
  pen.canvas.width = across;
  pen.canvas.height = down;
  pen.drawImage(image, 0, 0);
  const pixels = pen.getImageData(0, 0, across, down).data;
  const levels = new Uint8Array(across * down);
  for (let n = 0; n < levels.length; n += 1) levels[n] = pixels[4 * n];
  return levels;
}

// The square root of a weight over the largest, from -1 to 1.
const share = (data, level) => level / LEVELS - (data.below ? 1 : 0);
const shade = (data, level) => [...(share(data, level) < 0 ? data.below : data.ink), Math.abs(share(data, level))];

// The cells on a canvas of that many pixels: the heavier the more opaque.
function paint(canvas, levels, across, down, data) {
  const context = canvas.getContext("2d");
  if (Math.max(across, down) > NAMED) {
    const small = new ImageData(across, down), pixels = new DataView(small.data.buffer);
    const shades = Array.from({ length: 2 * LEVELS + 1 }, (_, level) => {
      const [red, green, blue, opacity] = shade(data, level);
      return ((red << 24) | (green << 16) | (blue << 8) | Math.round(255 * opacity)) >>> 0;
    });
    for (let n = 0; n < levels.length; n += 1) pixels.setUint32(4 * n, shades[levels[n]]);
    const whole = new OffscreenCanvas(across, down);
    whole.getContext("2d").putImageData(small, 0, 0);
    context.imageSmoothingEnabled = canvas.width < across;
    context.drawImage(whole, 0, 0, canvas.width, canvas.height);
    return;
  }
  const edge = (place, length, cells) => Math.round(place * length / cells);
  for (let row = 0; row < down; row += 1) {
    for (let column = 0; column < across; column += 1) {
      const [left, top] = [edge(column, canvas.width, across), edge(row, canvas.height, down)];
      context.fillStyle = `rgba(${shade(data, levels[row * across + column]).join(",")})`;
      context.fillRect(left, top, edge(column + 1, canvas.width, across) - left - 1, edge(row + 1, canvas.height, down) - top - 1);
    }
  }
}

const name = (text, x, y, turned) => {
  const one = document.createElementNS(SVG, "text");
  one.textContent = text;
  one.setAttribute("transform", `translate(${x},${y})${turned ? " rotate(-90)" : ""}`);
  one.setAttribute("text-anchor", turned ? "start" : "end");
  one.setAttribute("font-size", SIZE);
  one.setAttribute("dy", ".35em");
  return one;
};

// Draws the head as wide as there is room for; gives back where its cells lie.
function draw(place, data, levels) {
  const across = data.columns.length, down = data.rows.length, named = Math.max(across, down) <= NAMED;
  const family = getComputedStyle(place).fontFamily;
  pen.font = `${SIZE}px ${family}`;
  const names = named ? { rows: data.rows.map(shorten), columns: data.columns.map(shorten) } : { rows: [], columns: [] };
  const margin = named ? GAP + Math.ceil(Math.max(...Object.values(names).flat().map((text) => pen.measureText(text).width))) : 0;
  const width = place.clientWidth - margin, height = data.height - margin;
  if (width <= 0) return null;
  const canvas = document.createElement("canvas");
  const scale = window.devicePixelRatio;
  canvas.width = Math.round(width * scale);
  canvas.height = Math.round(height * scale);
  Object.assign(canvas.style, { left: `${margin}px`, top: `${margin}px`, width: `${width}px`, height: `${height}px` });
  paint(canvas, levels, across, down, data);
  const words = document.createElementNS(SVG, "svg");
  words.setAttribute("width", place.clientWidth);
  words.setAttribute("height", data.height);
  words.append(
    ...names.rows.map((text, n) => name(text, margin - GAP, margin + (n + 0.5) * height / down, false)),
    ...names.columns.map((text, n) => name(text, margin + (n + 0.5) * width / across, margin - GAP, true)),
  );
  const said = document.createElement("div");
  said.className = "said";
  said.setAttribute("aria-live", "polite");
  said.hidden = true;
  place.style.height = `${data.height}px`;
  place.replaceChildren(words, canvas, said);
  return { canvas, said, margin, width, height };
}

// The cell under the pointer: row and column.
function under(data, drawn, event) {
  const box = drawn.canvas.getBoundingClientRect();
  const cell = (from, length, cells) => Math.floor(from / length * cells);
  return [cell(event.clientY - box.top, box.height, data.rows.length), cell(event.clientX - box.left, box.width, data.columns.length)];
}

// Says what a cell holds.
function say(place, data, levels, drawn, [row, column]) {
  const across = data.columns.length, down = data.rows.length;
  drawn.said.hidden = Math.min(row, column) < 0 || row >= down || column >= across;
  if (drawn.said.hidden) return;
  const root = share(data, levels[row * across + column]), weight = data.largest * root ** 2;
  const number = `${root < 0 ? "−" : data.below && root > 0 ? "+" : ""}${weight > 0 && weight < 0.005 ? "<0.01" : weight.toFixed(2)}`;
  drawn.said.textContent = `${data.rows[row]} → ${data.columns[column]}: ${number}`;
  const x = drawn.margin + (column + 0.5) * drawn.width / across, y = drawn.margin + row * drawn.height / down;
  const left = Math.max(0, Math.min(x - drawn.said.offsetWidth / 2, place.clientWidth - drawn.said.offsetWidth));
  const above = y - drawn.said.offsetHeight - 4;
  const top = above < 0 ? y + drawn.height / down + 4 : above;
  Object.assign(drawn.said.style, { left: `${left}px`, top: `${top}px` });
}

// The overview beside it frames the head that is shown here.
function frame(data) {
  if (data.overview) document.querySelector(`.st-key-${CSS.escape(data.overview)}`)?.setAttribute("data-chosen", data.chosen);
}

export default function ({ parentElement, data }) {
  const place = parentElement.querySelector(".map");
  place.setAttribute("role", "group");
  place.setAttribute("aria-label", data.alt);
  place.tabIndex = 0;
  place.style.height = `${data.height}px`;
  frame(data);
  let drawn = null, levels = null, gone = false;
  const saying = (cell) => {
    place.cell = cell; // it stays chosen when another head is drawn
    if (drawn && cell) say(place, data, levels, drawn, cell);
  };
  const silent = () => {
    place.cell = null;
    if (drawn) drawn.said.hidden = true;
  };
  const seen = new ResizeObserver(() => {
    drawn = draw(place, data, levels);
    saying(place.cell);
  });
  read(data.weights, data.columns.length, data.rows.length).then((found) => {
    if (gone) return;
    levels = found;
    seen.observe(place); // which draws at once
  });
  place.onpointermove = place.onpointerdown = (event) => { if (drawn) saying(under(data, drawn, event)); };
  place.onpointerleave = place.onblur = silent;
  place.onkeydown = (event) => {
    if (event.key === "Escape") silent();
    const [down, right] = STEPS[event.key] ?? [0, 0];
    if (!down && !right) return;
    event.preventDefault(); // the page stays where it is
    const within = (number, cells) => Math.max(0, Math.min(number, cells - 1));
    const [row, column] = place.cell ?? [-down, -right];
    saying([within(row + down, data.rows.length), within(column + right, data.columns.length)]);
  };
  return () => { gone = true; seen.disconnect(); };
}
