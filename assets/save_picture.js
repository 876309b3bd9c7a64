// A figure of the page as SVG or PNG, drawn anew from what the browser shows: boxes, lines of text, images, charts.
const PARTS = ".stHtml, .stMarkdown, .stPlotlyChart, .stBidiComponent";  // the rest of a figure are its controls
const SKIPPED = ".modebar-container, [data-testid=stElementToolbar], .pg-more, .pg-controls, script, style, link";
const LAYERS_FOR_THE_MOUSE = ".draglayer, .hoverlayer";
const LOOK = ["stroke-width", "stroke-dasharray", "stroke-linecap", "opacity", "visibility", "image-rendering"];
const LOOK_OF_TEXT = ["font-family", "font-size", "font-weight", "font-style", "text-anchor", "dominant-baseline"];
const SIDES = ["Top", "Right", "Bottom", "Left"];
const CORNERS = ["TopLeft", "TopRight", "BottomRight", "BottomLeft"];
const MARGIN = 20;
const SCALE = 2;
const LONGEST_SIDE = 16000;  // pixels of a canvas

const pen = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
const round = (number) => Math.round(number * 100) / 100;
const escape = (text) => text.toWellFormed().replace(/[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/g, "")
  .replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
const tag = (name, attributes, content = "") =>
  `<${name} ${Object.entries(attributes).filter(([, value]) => value !== undefined && value !== "")
    .map(([key, value]) => `${key}="${typeof value === "number" ? round(value) : escape(String(value))}"`)
    .join(" ")}${content ? `>${content}</${name}>` : "/>"}`;

// Any colour of CSS as what every program reads: rgb and an opacity.
const colors = new Map();
function color(css) {
  if (!colors.has(css)) {
    pen.canvas.width = pen.canvas.height = 1;
    pen.fillStyle = css;
    pen.fillRect(0, 0, 1, 1);
    const [red, green, blue, alpha] = pen.getImageData(0, 0, 1, 1).data;
    colors.set(css, { rgb: `rgb(${red},${green},${blue})`, alpha: round(alpha / 255) });
  }
  return colors.get(css);
}
const filled = (css) => ({ fill: color(css).rgb, "fill-opacity": color(css).alpha });
const stroked = (css) => ({ stroke: color(css).rgb, "stroke-opacity": color(css).alpha });

class Drawing {
  constructor() {
    this.left = this.top = Infinity;
    this.right = this.bottom = -Infinity;
    this.definitions = [];
  }

  // Makes room for a rectangle of the page.
  grow({ left, top, right, bottom }) {
    this.left = Math.min(this.left, left);
    this.top = Math.min(this.top, top);
    this.right = Math.max(this.right, right);
    this.bottom = Math.max(this.bottom, bottom);
  }

  // An element with all that is in it; `clip` is the rectangle outside of which nothing is seen.
  element(element, clip) {
    const style = getComputedStyle(element);
    if (element.matches(SKIPPED) || style.display === "none" || style.opacity === "0") return "";
    if (element instanceof SVGSVGElement) return this.vector(element);
    if (element.matches(".js-plotly-plot")) {
      return [...element.querySelectorAll(".main-svg")].map((svg) => this.vector(svg)).join("");
    }
    const boxes = [...element.getClientRects()].filter((box) => box.width && box.height);
    let drawn = style.visibility === "hidden" ? "" : boxes.map((box) => this.box(box, style)).join("");
    if (element.tagName === "IMG") drawn += this.image(element, element.src, style);
    if (element.tagName === "CANVAS") drawn += this.image(element, element.toDataURL(), style);
    if (style.overflowX === "hidden" || style.overflowX === "clip") clip = element.getBoundingClientRect();
    for (const child of (element.shadowRoot ?? element).childNodes) {
      if (child.nodeType === Node.TEXT_NODE) drawn += this.lines(child, style, clip);
      if (child.nodeType === Node.ELEMENT_NODE) drawn += this.element(child, clip);
    }
    return drawn && style.opacity !== "1" ? tag("g", { opacity: style.opacity }, drawn) : drawn;
  }

  // What an element paints behind its content: background, border, outline, ring.
  box(box, style) {
    const round_corners = CORNERS.map((corner) => {
      const radius = style[`border${corner}Radius`];
      const size = radius.includes("%") ? parseFloat(radius) / 100 * Math.min(box.width, box.height) : parseFloat(radius);
      return Math.min(size, box.width / 2, box.height / 2);
    });
    const borders = SIDES.map((side) => ({
      width: style[`border${side}Style`] === "none" ? 0 : parseFloat(style[`border${side}Width`]),
      color: style[`border${side}Color`],
    }));
    const ring = /^(.*\)) 0px 0px 0px ([\d.]+)px( inset)?$/.exec(style.boxShadow);
    // One gradient from left to right; several are the shadows of what scrolls, which a picture does not.
    const gradient = /^linear-gradient\(90deg, ((?:(?!gradient).)*)\)$/.exec(style.backgroundImage);
    let drawn = "";
    if (color(style.backgroundColor).alpha) drawn += shape(box, round_corners, filled(style.backgroundColor));
    if (gradient) drawn += shape(box, round_corners, { fill: `url(#${this.gradient(gradient[1])})` });
    if (borders.every((b) => b.width === borders[0].width && b.color === borders[0].color)) {
      drawn += outline(box, round_corners, -borders[0].width / 2, borders[0], style.borderTopStyle);
    } else {
      drawn += borders.map((border, side) => edge(box, border, side)).join("");
    }
    if (style.outlineStyle !== "none") {
      const width = parseFloat(style.outlineWidth);
      const line = { width, color: style.outlineColor };
      drawn += outline(box, round_corners, parseFloat(style.outlineOffset) + width / 2, line, style.outlineStyle);
    }
    if (ring) {
      const width = parseFloat(ring[2]);
      drawn += outline(box, round_corners, (ring[3] ? -width : width) / 2, { width, color: ring[1] }, "solid");
    }
    if (drawn) this.grow(box);
    return drawn;
  }

  // The name of a gradient from left to right. What is clear takes the colour of its neighbours.
  gradient(stops) {
    const found = [...stops.matchAll(/((?:rgba?|color)\([^)]*\))(?: ([\d.]+)%)?/g)];
    const places = found.map(([, css, place], n) => ({ css, offset: place ?? 100 * n / (found.length - 1) }));
    const stop = (css, offset, alpha) =>
      tag("stop", { offset: `${offset}%`, "stop-color": color(css).rgb, "stop-opacity": alpha });
    const name = `gradient-${this.definitions.length}`;
    this.definitions.push(tag("linearGradient", { id: name }, places.map(({ css, offset }, n) =>
      color(css).alpha ? stop(css, offset, color(css).alpha)
        : [places[n - 1], places[n + 1]].filter(Boolean).map((near) => stop(near.css, offset, 0)).join("")).join("")));
    return name;
  }

  image(element, source, style) {
    const box = element.getBoundingClientRect();
    this.grow(box);
    const place = { x: box.left, y: box.top, width: box.width, height: box.height };
    const pixels = style.imageRendering === "pixelated" ? "image-rendering:pixelated" : "";
    return tag("image", { ...place, href: source, preserveAspectRatio: "none", style: pixels });
  }

  // A text node line by line, each as wide as the browser made it, whatever font the reader has.
  lines(node, style, clip) {
    if (style.visibility === "hidden" || parseFloat(style.fontSize) < 2) return "";
    const range = document.createRange();
    const measure = (start, end) => {
      range.setStart(node, start);
      range.setEnd(node, end);
      return range.getBoundingClientRect();
    };
    const keeps_spaces = style.whiteSpace.startsWith("pre");
    let drawn = "";
    for (let start = 0, end; start < node.length; start = end) {
      end = start + 1;
      if (/\s/.test(node.data[start])) continue;
      end = end_of_line(measure, start, node.length);
      const text = node.data.slice(start, end).trimEnd();
      const box = measure(start, start + text.length);
      const middle = (box.top + box.bottom) / 2;
      if (!box.width || middle < clip.top || middle > clip.bottom || box.left > clip.right) continue;
      this.grow(box);
      drawn += line(box, keeps_spaces ? text : text.replace(/\s+/g, " "), style);
    }
    return drawn;
  }

  // An SVG of the page, a layer of a chart for instance, with its looks written into it.
  vector(svg) {
    const box = svg.getBoundingClientRect();
    if (!box.width || !box.height) return "";
    this.grow(box);
    const copy = svg.cloneNode(true);
    const copies = [...copy.querySelectorAll("*")];
    [...svg.querySelectorAll("*")].forEach((element, n) => {
      if (element.closest("defs")) return;
      const style = getComputedStyle(element);
      for (const paint of ["fill", "stroke"]) {
        if (/^(rgb|color)/.test(style[paint])) {
          const { rgb, alpha } = color(style[paint]);
          copies[n].setAttribute(paint, rgb);
          copies[n].setAttribute(`${paint}-opacity`, round(alpha * parseFloat(style[`${paint}Opacity`])));
        } else {
          copies[n].setAttribute(paint, style[paint]);
        }
      }
      const names = element.matches("text, tspan") ? [...LOOK, ...LOOK_OF_TEXT] : LOOK;
      for (const name of names) copies[n].setAttribute(name, style.getPropertyValue(name));
      copies[n].removeAttribute("style");
      if (style.display === "none") copies[n].dataset.hidden = "";
    });
    copy.querySelectorAll(`[data-hidden], ${LAYERS_FOR_THE_MOUSE}`).forEach((element) => element.remove());
    copy.removeAttribute("style");
    const place = { x: round(box.left), y: round(box.top), width: round(box.width), height: round(box.height) };
    for (const [name, value] of Object.entries(place)) copy.setAttribute(name, value);
    return new XMLSerializer().serializeToString(copy);
  }
}

// A filled rectangle with its corners.
function shape(box, [a, b, c, d], look) {
  const { left: x, top: y, width, height } = box;
  if (a === b && b === c && c === d) return tag("rect", { x, y, width, height, rx: a || undefined, ...look });
  const arc = (radius, to_x, to_y) => `a${round(radius)} ${round(radius)} 0 0 1 ${round(to_x)} ${round(to_y)}`;
  const path = [`M${round(x + a)} ${round(y)}`, `h${round(width - a - b)}`, arc(b, b, b), `v${round(height - b - c)}`,
    arc(c, -c, c), `h${round(c + d - width)}`, arc(d, -d, -d), `v${round(a + d - height)}`, arc(a, a, -a), "z"];
  return tag("path", { d: path.join(""), ...look });
}

// A line around a rectangle, `apart` from it.
function outline(box, corners, apart, { width, color: css }, kind) {
  if (!width || !color(css).alpha) return "";
  const larger = { left: box.left - apart, top: box.top - apart,
    width: Math.max(0, box.width + 2 * apart), height: Math.max(0, box.height + 2 * apart) };
  const dashes = { dashed: `${3 * width} ${2 * width}`, dotted: `${width} ${width}` }[kind];
  return shape(larger, corners.map((radius) => radius && Math.max(0, radius + apart)),
    { fill: "none", "stroke-width": width, "stroke-dasharray": dashes, ...stroked(css) });
}

// One side of a border.
function edge({ left: x, top: y, right, bottom, width, height }, { width: thick, color: css }, side) {
  if (!thick || !color(css).alpha) return "";
  const place = [{ x, y, width, height: thick }, { x: right - thick, y, width: thick, height },
    { x, y: bottom - thick, width, height: thick }, { x, y, width: thick, height }][side];
  return tag("rect", { ...place, ...filled(css) });
}

// Where the line that begins at `start` ends: before the first character that stands lower.
function end_of_line(measure, start, length) {
  const most = 1.5 * measure(start, start + 1).height;
  const fits = (end) => measure(start, end).height <= most;
  let [low, high] = [start + 1, Math.min(start + 64, length)];
  while (high < length && fits(high)) [low, high] = [high, Math.min(2 * high - start, length)];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (fits(middle)) low = middle;
    else high = middle - 1;
  }
  return low;
}

const fonts_of = (style) => `${style.fontStyle} ${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;

// One line of text in its box.
function line(box, text, style) {
  pen.font = fonts_of(style);
  const { fontBoundingBoxAscent: above, fontBoundingBoxDescent: below } = pen.measureText(text);
  const backwards = style.direction === "rtl";
  const look = { "font-family": style.fontFamily, "font-size": style.fontSize, "font-weight": style.fontWeight,
    "font-style": style.fontStyle === "normal" ? "" : style.fontStyle, direction: backwards ? "rtl" : "" };
  const place = { x: backwards ? box.right : box.left, y: box.top + box.height * above / (above + below) };
  const width = { textLength: box.width, lengthAdjust: "spacingAndGlyphs" };
  return tag("text", { ...place, ...width, ...look, ...filled(style.color), "xml:space": "preserve" }, escape(text));
}

// The caption, cut into lines that are as wide as the picture.
function caption(text, left, top, width, style) {
  const look = { "font-family": style.fontFamily, "font-size": "12px", "fill-opacity": 0.7, fill: color(style.color).rgb };
  pen.font = `12px ${style.fontFamily}`;
  const rows = [""];
  for (const word of text.split(" ")) {
    const longer = `${rows.at(-1)} ${word}`.trim();
    if (pen.measureText(longer).width <= width || !rows.at(-1)) rows[rows.length - 1] = longer;
    else rows.push(word);
  }
  const drawn = rows.map((row, n) => tag("text", { x: left, y: top + 16 * (n + 1), ...look }, escape(row))).join("");
  return { drawn, height: 16 * rows.length + 4 };
}

// Hides the controls and shows all that has to be scrolled to; gives back what undoes it before anyone sees it.
function unfold(figure) {
  const before = [];
  const set = (element, style) => {
    before.unshift([element, element.getAttribute("style")]);
    Object.assign(element.style, style);
  };
  for (const block of figure.querySelectorAll(".stElementContainer")) {
    if (!block.querySelector(PARTS)) set(block, { display: "none" });
  }
  for (const element of figure.querySelectorAll(".stHtml *")) {
    const { overflowX, overflowY } = getComputedStyle(element);
    if (/auto|scroll/.test(overflowX + overflowY)) set(element, { overflow: "visible", maxHeight: "none" });
  }
  return () => before.forEach(([element, style]) => {
    if (style === null) element.removeAttribute("style");
    else element.setAttribute("style", style);
  });
}

// The figure as SVG, with its size in pixels.
function picture(data) {
  const figure = document.querySelector(`.st-key-figure-${CSS.escape(data.key)}`);
  const page = getComputedStyle(document.querySelector(".stApp"));
  const everywhere = { left: -Infinity, top: -Infinity, right: Infinity, bottom: Infinity };
  const drawing = new Drawing();
  const fold = unfold(figure);
  figure.classList.add("pg-drawn");  // a picture has the sentence that the page shows elsewhere
  let drawn;
  try {
    drawn = [...figure.querySelectorAll(PARTS)].map((part) => drawing.element(part, everywhere)).join("");
  } finally {
    figure.classList.remove("pg-drawn");
    fold();
  }
  const across = Math.max(drawing.right - drawing.left, 240);
  const foot = caption(data.caption, drawing.left, drawing.bottom + 12, across, page);
  const width = Math.ceil(across + 2 * MARGIN);
  const height = Math.ceil(drawing.bottom - drawing.top + 12 + foot.height + 2 * MARGIN);
  const move = `translate(${round(MARGIN - drawing.left)} ${round(MARGIN - drawing.top)})`;
  const svg = tag("svg", { xmlns: "http://www.w3.org/2000/svg", width, height, viewBox: `0 0 ${width} ${height}`, role: "img" },
    `<title>${escape(data.title)}</title><defs>${drawing.definitions.join("")}</defs>`
    + tag("rect", { width, height, ...filled(page.backgroundColor) })
    + tag("g", { transform: move }, drawn + foot.drawn));
  return { svg, width, height };
}

// The fonts that the SVG names, as rules that hold the fonts themselves: an image sees no font of the page.
async function fonts(svg) {
  const rules = [...document.styleSheets].flatMap((sheet) => [...sheet.cssRules].map((rule) => [rule, sheet.href]))
    .filter(([rule]) => rule instanceof CSSFontFaceRule
      && svg.includes(rule.style.fontFamily.replaceAll('"', ""))
      && (rule.style.fontStyle !== "italic" || svg.includes('font-style="italic"')));
  const whole = rules.map(async ([rule, base]) => {
    const address = new URL(/url\("([^"]+)"\)/.exec(rule.cssText)[1], base ?? location.href);
    return rule.cssText.replace(/url\("[^"]+"\)/, `url("${await data_uri(await (await fetch(address)).blob())}")`);
  });
  return (await Promise.all(whole)).join("\n");
}

function data_uri(blob) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result);
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(blob);
  });
}

async function png({ svg, width, height }) {
  const scale = Math.min(SCALE, LONGEST_SIDE / width, LONGEST_SIDE / height);
  const image = new Image();
  const styled = svg.replace("<defs>", `<defs><style>${await fonts(svg)}</style>`);
  image.src = URL.createObjectURL(new Blob([styled], { type: "image/svg+xml" }));
  await image.decode();
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(scale * width);
  canvas.height = Math.round(scale * height);
  canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
  URL.revokeObjectURL(image.src);
  return new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
}

function save(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60000);
}

const KINDS = {
  png: (data) => png(picture(data)),
  svg: async (data) => new Blob([picture(data).svg], { type: "image/svg+xml" }),
};

export default function ({ parentElement, data }) {
  const wrong = document.createElement("span");
  wrong.className = "wrong";
  wrong.setAttribute("role", "status");
  const buttons = Object.entries(KINDS).map(([kind, make]) => {
    const button = document.createElement("button");
    button.textContent = kind.toUpperCase();
    button.setAttribute("aria-label", `${button.textContent} of ${data.title}`);
    button.onclick = async () => {
      wrong.textContent = "";
      try {
        save(await make(data), `${data.name}.${kind}`);
      } catch (error) {
        console.error(error);
        wrong.textContent = "This browser cannot make the picture.";
      }
    };
    return button;
  });
  parentElement.querySelector(".buttons").replaceChildren(...buttons, wrong);
}
