// One attention head at its full size: a row for each token that attends, a column for each that is attended to.
// The weights come as a grey PNG: in each pixel a share of 100 of the square root of the largest weight.
const NAMED = 60; // with more tokens than this their names would overlap
const SIZE = 12, LONGEST = 16, GAP = 6;
const LEVELS = 100;
const SVG = "http://www.w3.org/2000/svg";
const pen = document.createElement("canvas").getContext("2d", { willReadFrequently: true });

const shorten = (text) => ([...text].length > LONGEST ? `${[...text].slice(0, LONGEST - 1).join("")}…` : text);

// The levels of all cells, row after row.
async function read(source, count) {
  const image = new Image();
  image.src = source;
  await image.decode();
  pen.canvas.width = pen.canvas.height = count;
  pen.drawImage(image, 0, 0);
  return pen.getImageData(0, 0, count, count).data.filter((_, n) => n % 4 === 0);
}

// The cells on a canvas of that many pixels: the heavier the more opaque.
function paint(canvas, levels, count, [red, green, blue]) {
  const context = canvas.getContext("2d");
  if (count > NAMED) {
    const small = new ImageData(count, count);
    levels.forEach((level, n) => small.data.set([red, green, blue, Math.round(255 * level / LEVELS)], 4 * n));
    const whole = new OffscreenCanvas(count, count);
    whole.getContext("2d").putImageData(small, 0, 0);
    context.imageSmoothingEnabled = canvas.width < count;
    context.drawImage(whole, 0, 0, canvas.width, canvas.height);
    return;
  }
  const edge = (place, length) => Math.round(place * length / count);
  for (let row = 0; row < count; row += 1) {
    for (let column = 0; column < count; column += 1) {
      const [left, top] = [edge(column, canvas.width), edge(row, canvas.height)];
      context.fillStyle = `rgba(${red},${green},${blue},${levels[row * count + column] / LEVELS})`;
      context.fillRect(left, top, edge(column + 1, canvas.width) - left - 1, edge(row + 1, canvas.height) - top - 1);
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
  const count = data.labels.length, named = count <= NAMED;
  const family = getComputedStyle(place).fontFamily;
  pen.font = `${SIZE}px ${family}`;
  const names = named ? data.labels.map(shorten) : [];
  const margin = named ? GAP + Math.ceil(Math.max(...names.map((text) => pen.measureText(text).width))) : 0;
  const width = place.clientWidth - margin, height = data.height - margin;
  if (width <= 0) return null;
  const canvas = document.createElement("canvas");
  const scale = window.devicePixelRatio;
  canvas.width = Math.round(width * scale);
  canvas.height = Math.round(height * scale);
  Object.assign(canvas.style, { left: `${margin}px`, top: `${margin}px`, width: `${width}px`, height: `${height}px` });
  paint(canvas, levels, count, data.ink);
  const words = document.createElementNS(SVG, "svg");
  words.setAttribute("width", place.clientWidth);
  words.setAttribute("height", data.height);
  words.append(...names.flatMap((text, n) => [
    name(text, margin - GAP, margin + (n + 0.5) * height / count, false),
    name(text, margin + (n + 0.5) * width / count, margin - GAP, true),
  ]));
  const said = document.createElement("div");
  said.className = "said";
  said.hidden = true;
  place.style.height = `${data.height}px`;
  place.replaceChildren(words, canvas, said);
  return { canvas, said, margin, width, height };
}

// Says what the cell under the pointer holds.
function say(place, data, levels, drawn, event) {
  const box = drawn.canvas.getBoundingClientRect(), count = data.labels.length;
  const column = Math.floor((event.clientX - box.left) / box.width * count);
  const row = Math.floor((event.clientY - box.top) / box.height * count);
  drawn.said.hidden = Math.min(row, column) < 0 || Math.max(row, column) >= count;
  if (drawn.said.hidden) return;
  const weight = data.largest * (levels[row * count + column] / LEVELS) ** 2;
  const number = weight > 0 && weight < 0.005 ? "<0.01" : weight.toFixed(2);
  drawn.said.textContent = `${data.labels[row]} → ${data.labels[column]}: ${number}`;
  const x = drawn.margin + (column + 0.5) * drawn.width / count, y = drawn.margin + row * drawn.height / count;
  const left = Math.max(0, Math.min(x - drawn.said.offsetWidth / 2, place.clientWidth - drawn.said.offsetWidth));
  const above = y - drawn.said.offsetHeight - 4;
  const top = above < 0 ? y + drawn.height / count + 4 : above;
  Object.assign(drawn.said.style, { left: `${left}px`, top: `${top}px` });
}

// The overview beside it frames the head that is shown here.
function frame(data) {
  document.querySelector(`.st-key-${CSS.escape(data.overview)}`)?.setAttribute("data-chosen", `${data.layer}.${data.head}`);
}

export default function ({ parentElement, data }) {
  const place = parentElement.querySelector(".map");
  place.setAttribute("role", "img");
  place.setAttribute("aria-label", data.alt);
  place.style.height = `${data.height}px`;
  frame(data);
  let drawn = null, levels = null, gone = false;
  const seen = new ResizeObserver(() => { if (levels) drawn = draw(place, data, levels); });
  read(data.weights, data.labels.length).then((found) => {
    if (gone) return;
    levels = found;
    drawn = draw(place, data, levels);
    seen.observe(place);
  });
  place.onpointermove = place.onpointerdown = (event) => { if (drawn) say(place, data, levels, drawn, event); };
  place.onpointerleave = () => { if (drawn) drawn.said.hidden = true; };
  return () => { gone = true; seen.disconnect(); };
}
