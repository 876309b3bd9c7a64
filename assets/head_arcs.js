// One head's attention as arcs over the tokens: from a token to those that it attends to, the heavier the thicker.
// The picture keeps its height whatever it shows; where the tokens do not fit beside each other they are turned.
const SVG = "http://www.w3.org/2000/svg";
const HEIGHT = 166, SIZE = 15, SMALL = 13, LABELS = 26, TURNED = 78, NEAREST = 17, WIDEST = 34;
const LEAST = 0.1; // lighter links are not drawn
const pen = document.createElement("canvas").getContext("2d");

const element = (name, attributes) => {
  const one = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) one.setAttribute(key, value);
  return one;
};

// Where each token stands, and whether they are turned; those that do not fit even then are left out.
function places(tokens, width, family) {
  pen.font = `${SIZE}px ${family}`;
  const widths = tokens.map(token => pen.measureText(token).width);
  const total = widths.reduce((sum, one) => sum + one, 0);
  const gap = Math.min(WIDEST, (width - total) / tokens.length);
  if (gap >= 8) {
    let x = (width - total - gap * (tokens.length - 1)) / 2;
    return { turned: false, xs: widths.map(one => { x += one + gap; return x - gap - one / 2; }) };
  }
  const count = Math.min(tokens.length, Math.floor(width / NEAREST));
  const step = width / count;
  return { turned: true, xs: Array.from({ length: count }, (_, n) => step * (n + 0.5)) };
}

function label(token, x, y, turned) {
  const shown = turned && [...token].length > 11 ? `${[...token].slice(0, 10).join("")}…` : token;
  const text = element("text", turned
    ? { transform: `translate(${x + 4},${y + 8}) rotate(-90)`, "text-anchor": "end", "font-size": SMALL }
    : { x, y: y + 19, "text-anchor": "middle", "font-size": SIZE });
  text.textContent = shown;
  return text;
}

function arc(from, to, weight, floor, reach) {
  const height = (18 + (floor - 26) * Math.abs(to - from) / reach) / 0.75; // a curve reaches three quarters of its handles
  const line = element("path", {
    d: `M ${from} ${floor} C ${from} ${floor - height}, ${to} ${floor - height}, ${to} ${floor}`,
    fill: "none", "stroke-width": 1 + 4.5 * weight, "stroke-opacity": 0.2 + 0.7 * weight,
  });
  const end = element("circle", { cx: to, cy: floor, r: 2 + 2.5 * weight });
  return [line, end];
}

function draw(place, { tokens, weights, alt }) {
  const width = place.clientWidth;
  if (!width) return;
  const { turned, xs } = places(tokens, width, getComputedStyle(place).fontFamily);
  const floor = HEIGHT - (turned ? TURNED : LABELS);
  const picture = element("svg", { width, height: HEIGHT, role: "img", "aria-label": alt });
  const reach = xs.at(-1) - xs[0] || 1;
  xs.forEach((from, q) => xs.forEach((to, k) => {
    if (q !== k && weights[q][k] >= LEAST) picture.append(...arc(from, to, weights[q][k], floor, reach));
  }));
  picture.append(...xs.map((x, n) => label(tokens[n], x, floor, turned)));
  place.replaceChildren(picture);
}

export default function ({ parentElement, data }) {
  const place = parentElement.querySelector(".arcs");
  const seen = new ResizeObserver(() => draw(place, data));
  draw(place, data);
  seen.observe(place);
  return () => seen.disconnect();
}
