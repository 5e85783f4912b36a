// Codes that dissolve in noise and come back: a slider of time, the scores as arrows, and the path of the noise
// that one points at, with the digits at its two ends.
import { attend } from "./base/attend.js";
import { announcer, button, element, floats, bytes, listen, oncePerFrame, rounded, viewBox } from "./base/page.js";
import { pictures, polyline, sharpCanvas } from "./base/canvas.js";
import { drawCodes, drawContours, drawCross, drawFrame, drivePlane, inside, planeScale } from "./base/plane.js";
import { likelihood, network } from "./base/network.js";
import { diffusion, flowPath, placeAt, score } from "./dissolving_codes_flow.js";

const MARGIN = { left: 40, right: 8, top: 8, bottom: 38 };
const GRID = 13, LONGEST = 0.34, STRONG = 3; // arrows a side; their greatest length, reached well above this score

function render({ model, el }) {
  const view = dissolvingData(model);
  el.classList.add("vaeteach-view");
  const root = (view.root = viewBox(el, model, "vaeteach-dissolving")), attending = attend(el, element(root, "div"));
  root.dataset.frames = 0;
  view.schedule = oncePerFrame(() => draw(view));
  view.say = announcer(root);
  layOut(view);
  const refresh = () => view.schedule();
  const ends = [attending.end, listen(model, {
    "change:t": refresh, "change:noise": refresh, "change:arrows": refresh,
    comm_live_update: () => el.classList.add("jupyter-widgets-disconnected"),
  })];
  root.vaeteach = { flow: view.flow, score, flowPath, idle: () => view.schedule.idle() }; // for tests
  return () => { ends.forEach((end) => end()); view.schedule.stop(); view.stop(); view.sheets.forEach((s) => s.stop()); };
}

function dissolvingData(model) {
  const get = (name) => model.get(name), mean = floats(get("mean")), spread = floats(get("spread"));
  const learned = network(get("pull_layers"), get("pull_weights"));
  const flow = diffusion({
    mean, variance: spread.map((s) => s * s), learned, waves: get("waves"), ripples: get("ripples"),
  });
  const decode = network(get("decoder_layers"), get("decoder_weights")), means = likelihood(get("likelihood"));
  return {
    model, get, flow, codes: floats(get("codes")), noise: floats(get("code_noise")), labels: bytes(get("labels")),
    decode: (z) => Array.from(decode(z), means.mean), picture: pictures(get("shape")), stop: () => {},
    set(name, value) { model.set(name, value); model.save_changes(); this.schedule(); },
  };
}

function layOut(view) {
  const { root } = view, parts = element(root, "div", "parts");
  const [left, side] = ["plane", "side"].map((name) => element(parts, "div", name));
  timeSlider(left, view);
  view.sheet = sharpCanvas(left, "latent-plane", view.get("alt"), () => view.schedule());
  const limit = view.get("limit"), move = (z) => view.set("noise", z.map((v) => Math.max(-limit, Math.min(limit, v))));
  drivePlane({ sheet: view.sheet, scale: () => view.plane }, () => view.get("noise"), move);
  arrowChoice(left, view);
  element(left, "div", "note", "Dashed: the prior N(0, I) of the noise. Click, drag or use the arrow keys to choose the " +
    "noise (cross) from which the two paths start. Arrows: direction of the score; long ones are shortened.");
  const [height, width] = view.get("shape");
  view.sheets = [view.sheet];
  for (const [name, title] of [["learned", "end of the learned path"], ["exact", "end of the exact path"]]) {
    const box = element(side, "div", `panel ${name}`);
    element(box, "div", "title", title);
    const sheet = sharpCanvas(box, name, title, () => view.schedule());
    sheet.canvas.style.aspectRatio = `${width} / ${height}`;
    view[`${name}Sheet`] = sheet;
    view.sheets.push(sheet);
  }
  view.readout = element(side, "div", "note");
}

function timeSlider(parent, view) {
  const row = element(parent, "div", "time"), label = element(row, "label", "", "share of noise t "), input = element(label, "input");
  Object.assign(input, { type: "range", min: 0, max: 1, step: 0.01 });
  const shown = element(row, "span", "value");
  input.addEventListener("input", () => view.set("t", Number(input.value)));
  let timer = 0;
  view.stop = () => { clearInterval(timer); timer = 0; play.textContent = "come back"; };
  const play = button(row, "come back", () => {
    if (timer) { view.stop(); return; }
    play.textContent = "stop";
    let t = 1;
    timer = setInterval(() => { t = Math.max(0, t - 0.02); view.set("t", t); if (t === 0) view.stop(); }, 60);
  });
  view.showTime = (t) => { input.value = t; shown.textContent = t.toFixed(2); };
}

function arrowChoice(parent, view) {
  const row = element(parent, "div", "choice"), boxes = {};
  row.setAttribute("role", "group");
  row.setAttribute("aria-label", "arrows of the score");
  for (const name of ["learned", "exact"]) {
    const label = element(row, "label", name), box = (boxes[name] = element(label, "input"));
    box.type = "checkbox";
    label.append(` ${name} score`);
    box.addEventListener("change", () => view.set("arrows", Object.keys(boxes).filter((n) => boxes[n].checked)));
  }
  view.showArrows = () => { for (const name in boxes) boxes[name].checked = view.get("arrows").includes(name); };
}

// ---- one frame

function draw(view) {
  const { pen, width, height } = view.sheet;
  if (!width) return;
  const style = view.get("look"), t = view.get("t"), noise = view.get("noise");
  const ends = { learned: style.colours.q, exact: style.colours.posterior }, steps = view.get("steps");
  const plane = (view.plane = planeScale(view.sheet, view.get("limit"), MARGIN)), paths = {};
  pen.fillStyle = style.colours.paper;
  pen.fillRect(0, 0, width, height);
  drawFrame(pen, plane, style, ["z₁", "z₂"]);
  inside(pen, plane, () => {
    drawCodes(pen, plane, codesAt(view, t), view.labels, { palette: view.get("palette"), only: null, size: style.dot, opacity: 0.45 });
    drawContours(pen, plane, view.get("contours"), style);
    for (const [name, across] of [["exact", 3], ["learned", 1.5]]) // the upper ones are thinner
      if (view.get("arrows").includes(name)) drawArrows(pen, plane, (z) => score(view.flow[name], z, t), ends[name], across);
    for (const name in ends) {
      paths[name] = flowPath(view.flow[name], noise, steps);
      drawPath(pen, plane, paths[name], placeAt(paths[name], t), ends[name], style.colours.paper);
    }
    drawCross(pen, plane, noise, style.colours);
  });
  for (const name in ends) view.picture(view[`${name}Sheet`], view.decode(paths[name][steps]), true);
  tell(view, t, paths);
}

function codesAt({ codes, noise }, t) {
  const keep = Math.sqrt(1 - t), add = Math.sqrt(t);
  return codes.map((z, i) => keep * z + add * noise[i]);
}

function drawArrows(pen, plane, at, colour, across) {
  pen.strokeStyle = colour;
  pen.lineWidth = across;
  for (let i = 0; i < GRID; i++) for (let j = 0; j < GRID; j++) {
    const z = [i, j].map((k) => plane.limit * 0.93 * ((2 * k) / (GRID - 1) - 1));
    const s = at(z), size = Math.hypot(...s), length = (LONGEST * Math.tanh(size / STRONG)) / Math.max(size, 1e-9);
    const [x, y] = [plane.x(z[0]), plane.y(z[1])], [dx, dy] = [s[0] * length * plane.scale, -s[1] * length * plane.scale];
    pen.beginPath();
    pen.moveTo(x, y);
    pen.lineTo(x + dx, y + dy);
    for (const turn of [2.6, -2.6]) { // the two barbs
      const c = Math.cos(turn) * 0.35, b = Math.sin(turn) * 0.35;
      pen.moveTo(x + dx, y + dy);
      pen.lineTo(x + dx + c * dx - b * dy, y + dy + b * dx + c * dy);
    }
    pen.stroke();
  }
}

function drawPath(pen, plane, path, now, colour, paper) {
  for (const [width, ink] of [[5, paper], [2.5, colour]]) {
    pen.lineWidth = width;
    pen.strokeStyle = ink;
    polyline(pen, path, plane.x, plane.y);
  }
  for (const [place, size] of [[path[path.length - 1], 4], [now, 7]]) {
    pen.fillStyle = colour;
    pen.strokeStyle = paper;
    pen.lineWidth = 2;
    pen.beginPath();
    pen.arc(plane.x(place[0]), plane.y(place[1]), size, 0, 7);
    pen.fill();
    pen.stroke();
  }
}

function tell(view, t, paths) {
  const where = (z) => `(${z.map((v) => rounded(v)).join(", ")})`, [a, b] = [paths.learned.at(-1), paths.exact.at(-1)];
  const apart = rounded(Math.hypot(a[0] - b[0], a[1] - b[1]));
  view.showTime(t);
  view.showArrows();
  view.readout.textContent = `from ${where(paths.learned[0])} to ${where(a)} by the learned score and to ${where(b)} by the exact one: ${apart} apart`;
  view.sheet.canvas.setAttribute("aria-label", `${view.get("alt")} Time ${t.toFixed(2)}; ${view.readout.textContent}.`);
  view.root.dataset.frames = 1 + Number(view.root.dataset.frames);
  view.root.dataset.end = a.join(" ");
  view.root.dataset.exact = b.join(" ");
  view.root.dataset.t = t;
  view.say(view.readout.textContent);
}

export default { render };
