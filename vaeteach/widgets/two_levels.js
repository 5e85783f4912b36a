// Two levels: a point of the upper plane (or a label) gives an ellipse in the lower one, and that gives pictures.
import { attend } from "./base/attend.js";
import { announcer, bytes, element, floats, listen, normals, oncePerFrame, rounded, viewBox } from "./base/page.js";
import { pictures, sharpCanvas, write } from "./base/canvas.js";
import { likelihood, network } from "./base/network.js";
import {
  drawCodes, drawContours, drawCross, drawEllipse, drawFrame, drivePlane, inside, planeScale,
} from "./base/plane.js";

const EDGE = { left: 40, right: 8, top: 8, bottom: 38 }, RADIUS = 3; // of the ring of labels

function render({ model, el }) {
  el.classList.add("vaeteach-view");
  const root = viewBox(el, model, "vaeteach-levels"), attending = attend(el, element(root, "div"));
  const view = { model, get: (name) => model.get(name), root, say: announcer(root) };
  view.worlds = [world(view, "above"), world(view, "labels")];
  view.now = () => view.worlds[view.get("labelled") ? 1 : 0];
  view.schedule = oncePerFrame(() => paint(view));
  layOut(view);
  const move = (place, stays = false) => {
    const limit = view.get("limit");
    model.set("u", place.map((v) => Math.max(-limit, Math.min(limit, v))));
    model.save_changes();
    if (stays) view.schedule();
  };
  drivePlane(view.upper, () => Array.from(view.get("u")), move);
  const heard = listen(model, {
    "change:u": view.schedule, "change:seed": view.schedule,
    "change:labelled": () => { view.showSwitch(); view.schedule(); },
    comm_live_update: () => el.classList.add("jupyter-widgets-disconnected"),
  });
  root.vaeteach = { below: () => below(view), decode: (z) => view.now().decode(z) }; // for tests
  return () => {
    attending.end(); heard(); view.schedule.stop();
    for (const sheet of [view.upper.sheet, view.lower, view.sheet]) sheet.stop();
  };
}

// One of the two models: its codes in both planes, and its networks.
function world(view, name) {
  const parts = view.get(name), run = network(parts.decoder_layers, view.get(`${name}_decoder`));
  const { mean } = likelihood(parts.likelihood), numbers = floats(view.get(`${name}_prior`));
  const down = parts.prior_layers.length ? network(parts.prior_layers, view.get(`${name}_prior`)) : null;
  const above = (u) => { // log-variances have a floor there
    const [m1, m2, ...logvars] = down(u);
    return [m1, m2, ...logvars.map((v) => Math.log(Math.exp(v) + Math.exp(parts.log_floor)))];
  };
  return {
    given: (u) => (down ? above(u) : numbers.subarray(4 * label(u), 4 * label(u) + 4)),
    codes: floats(view.get(`${name}_codes`)), upper: floats(view.get(`${name}_upper`)),
    classes: bytes(view.get("classes")), decode: (z) => Array.from(run(z), mean),
  };
}

// The labels stand on a ring, as on a clock; the nearest one is meant.
const clock = (c) => [RADIUS * Math.sin((c * Math.PI) / 5), RADIUS * Math.cos((c * Math.PI) / 5)];
const label = ([a, b]) => (Math.round((Math.atan2(a, b) * 5) / Math.PI) + 10) % 10;

// p(z|u), or p(z|c): its mean and its standard deviations.
function below(view) {
  const [m1, m2, v1, v2] = view.now().given(Array.from(view.get("u")));
  return { mean: [m1, m2], spread: [Math.exp(v1 / 2), Math.exp(v2 / 2)] };
}

function drawn(view, { mean, spread }) {
  const random = normals(view.get("seed"));
  return Array.from({ length: view.get("draws") }, () => mean.map((m, i) => m + spread[i] * random.normal()));
}

// ---- what stands where

function layOut(view) {
  const row = element(view.root, "label", "switch"), box = element(row, "input");
  box.type = "checkbox";
  row.append(" labels: a digit above, in place of a point");
  box.addEventListener("change", () => { view.model.set("labelled", box.checked); view.model.save_changes(); });
  view.showSwitch = () => { box.checked = view.get("labelled"); };
  view.showSwitch();
  const parts = element(view.root, "div", "parts");
  const place = (name, words) => {
    const panel = element(parts, "div", name);
    return [panel, element(panel, "div", "title", words)];
  };
  const [left, leftTitle] = place("upper", ""), [middle, middleTitle] = place("lower", "");
  view.titles = [leftTitle, middleTitle];
  const sheet = sharpCanvas(left, "plane", "", () => view.schedule());
  view.upper = { sheet, scale: () => planeScale(sheet, view.get("limit"), EDGE) };
  view.lower = sharpCanvas(middle, "plane", "", () => view.schedule());
  const [right] = place("sheet", "decoded: the middle of the ellipse, then draws of it");
  view.sheet = sharpCanvas(right, "pictures", "", () => view.schedule());
  const [height, width] = view.get("sheet");
  view.sheet.canvas.style.aspectRatio = `${width} / ${height}`;
  view.picture = pictures([height, width]);
}

// ---- one frame

function paint(view) {
  if (!view.upper.sheet.width || !view.lower.width || !view.sheet.width) return;
  const ellipse = below(view), points = drawn(view, ellipse), u = Array.from(view.get("u"));
  paintUpper(view, u);
  paintLower(view, ellipse, points);
  view.picture(view.sheet, joined(view, [ellipse.mean, ...points].map(view.now().decode)), true);
  const pair = (numbers) => `(${numbers.map((v) => rounded(v)).join(", ")})`, labelled = view.get("labelled");
  const where = labelled ? `c = ${label(u)}` : `u = ${pair(u)}`, given = labelled ? "p(z|c)" : "p(z|u)";
  view.titles[0].textContent = labelled ? `the label: ${where}` : `upper plane: ${where}`;
  view.titles[1].textContent = `lower plane: ${given}, mean ${pair(ellipse.mean)}`;
  const words = `${where}: ${given} has mean ${pair(ellipse.mean)} and standard deviations ${pair(ellipse.spread)}`;
  view.upper.sheet.canvas.setAttribute("aria-label", words);
  view.lower.canvas.setAttribute("aria-label", words);
  view.sheet.canvas.setAttribute("aria-label", `pictures decoded there; ${words}`);
  view.say(words);
  view.root.dataset.frames = 1 + Number(view.root.dataset.frames || 0);
}

function blank({ pen, width, height }, { paper }) {
  pen.fillStyle = paper;
  pen.fillRect(0, 0, width, height);
}

function paintUpper(view, u) {
  const { sheet } = view.upper, { pen } = sheet, style = view.get("look"), scale = view.upper.scale();
  blank(sheet, style.colours);
  const labelled = view.get("labelled"), palette = view.get("palette"), { upper, classes } = view.now();
  if (!labelled) drawFrame(pen, scale, style, ["u₁", "u₂"]);
  inside(pen, scale, () => {
    if (labelled) paintClock(pen, scale, label(u), palette, style.colours);
    else {
      drawCodes(pen, scale, upper, classes, { palette, only: null, size: style.dot, opacity: style.opacity });
      drawContours(pen, scale, view.get("contours"), style);
      drawCross(pen, scale, u, style.colours);
    }
  });
}

function paintClock(pen, scale, chosen, palette, { ink, paper }) {
  for (let c = 0; c < 10; c++) {
    const [x, y] = clock(c).map((v, i) => (i ? scale.y(v) : scale.x(v))), size = scale.side / 11;
    pen.beginPath();
    pen.arc(x, y, 0.75 * size, 0, 7);
    pen.fillStyle = c === chosen ? palette[c] : paper;
    pen.strokeStyle = palette[c];
    pen.lineWidth = 2;
    pen.fill();
    pen.stroke();
    const look = { align: "center", size, weight: "bold", colour: c === chosen ? paper : ink };
    write(pen, String(c), x, y + size / 3, look);
  }
}

function paintLower(view, ellipse, points) {
  const { pen } = view.lower, style = view.get("look"), { colours, line } = style;
  const scale = planeScale(view.lower, view.get("limit"), EDGE), { codes, classes } = view.now();
  blank(view.lower, colours);
  drawFrame(pen, scale, style, ["z₁", "z₂"]);
  inside(pen, scale, () => {
    const all = { palette: view.get("palette"), only: null, size: style.dot, opacity: style.opacity };
    drawCodes(pen, scale, codes, classes, all);
    drawEllipse(pen, scale, ellipse, { stroke: colours.ink, fill: `${colours.prior}59`, width: line });
    for (const [a, b] of points) {
      pen.beginPath();
      pen.arc(scale.x(a), scale.y(b), 5, 0, 7);
      pen.lineWidth = 2;
      pen.strokeStyle = colours.data;
      pen.stroke();
    }
  });
}

// Pictures side by side, as one.
function joined(view, images) {
  const [height, width] = view.get("shape"), [down, across] = view.get("sheet");
  const columns = across / (width + 2), values = new Float32Array(down * across);
  images.forEach((image, k) => {
    const top = 1 + Math.floor(k / columns) * (height + 2), left = 1 + (k % columns) * (width + 2);
    for (let i = 0; i < height * width; i++)
      values[(top + Math.floor(i / width)) * across + left + (i % width)] = image[i];
  });
  return values;
}

export default { render };
