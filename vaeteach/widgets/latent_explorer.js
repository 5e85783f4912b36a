// The latent plane under the pointer: codes, prior, q(z|x), the picture decoded where one points; and the reader's own
// digit with its reconstruction, a sample of its q(z|x), and its log p(x) beside its bound.
import { attend } from "./base/attend.js";
import {
  announcer, button, bytes, element, floats, listen, normals, oncePerFrame, rounded, viewBox,
} from "./base/page.js";
import { pictures, sharpCanvas } from "./base/canvas.js";
import { digitLegend } from "./base/legend.js";
import { likelihood, network } from "./base/network.js";
import { evidenceTable } from "./base/evidence.js";
import { questions } from "./base/questions.js";
import { drivePlane } from "./base/plane.js";
import { explorerPlane } from "./latent_explorer_plane.js";
import { drawingPad } from "./latent_explorer_pad.js";

const TELL = 100; // ms between two messages of the pointer's place to Python; of the last place it always hears

function render({ model, el }) {
  const view = explorerData(model);
  el.classList.add("vaeteach-view");
  const root = viewBox(el, model, "vaeteach-explorer"), attending = attend(el, element(root, "div"));
  view.schedule = oncePerFrame(() => draw(view));
  view.questions = questions(model, (place) => (place === "decoded" ? view.schedule() : view.showDrawing()));
  view.root = root;
  root.dataset.frames = 0;
  view.showDrawing = oncePerFrame(() => showDrawing(view));
  view.price = oncePerFrame(() => showNumbers(view), 100); // costs more than a frame may
  view.say = announcer(root);
  layOut(view);
  const move = mover(view);
  drivePlane(view.plane, () => view.z, move);
  const parts = [view.questions, view.schedule, view.showDrawing, view.price, move, ...view.sheets];
  if (view.table) parts.push(view.table);
  const ends = [attending.end, hearPython(view, move), digitLegend(view.legend, model, view.labels)];
  // anywidget's own element is not marked when the kernel goes, as those of other widgets are
  ends.push(listen(model, { comm_live_update: () => el.classList.add("jupyter-widgets-disconnected") }));
  root.vaeteach = { // for tests
    decode: view.decode,
    evidence: (x) => { view.table.start(); return view.table.of(x, posterior(view, x)); },
    idle: () => [view.schedule, view.showDrawing, view.price, view.questions, move].every((part) => part.idle()),
  };
  return () => { for (const end of ends) end(); for (const part of parts) part.stop(); };
}

// All that the view shows and computes with, from the model's traits.
function explorerData(model) {
  const get = (name) => model.get(name), [height, width] = get("shape"), pixels = height * width;
  const labels = bytes(get("labels")), images = bytes(get("images"));
  const codes = floats(get("codes")), spreads = floats(get("spreads"));
  const run = network(get("decoder_layers"), get("decoder_weights")), means = likelihood(get("likelihood"));
  const pair = (numbers, i) => [numbers[2 * i], numbers[2 * i + 1]];
  const view = {
    model, get, labels, codes, pixels, nearest: null, drawn: null,
    z: Array.from(get("z")), random: normals(get("seed")),
    codeAt: (i) => ({ mean: pair(codes, i), spread: pair(spreads, i) }),
    imageAt: (i) => Array.from(images.subarray(i * pixels, (i + 1) * pixels), (v) => v / 255),
    decode: run && ((z) => Array.from(run(z), means.mean)),
    encode: network(get("encoder_layers"), get("encoder_weights")),
    picture: pictures([height, width]),
  };
  const logPrior = floats(get("log_prior"));
  const grid = { decode: run, likelihood: means, logPrior, limit: get("reach"), pixels };
  if (logPrior.length) view.table = evidenceTable(grid, () => view.showDrawing());
  return view;
}

// ---- what stands where

function layOut(view) {
  const parts = element(view.root, "div", "parts");
  const [left, side, own] = ["plane", "side", "own"].map((name) => element(parts, "div", name));
  view.legend = element(left, "div");
  view.plane = explorerPlane(left, view);
  view.readout = element(left, "div", "readout");
  smoothSwitch(left, view);
  element(left, "div", "note", "Dashed: the prior, with 50, 90 and 99 % of its mass inside. " +
    "Blue: q(z|x) of the nearest digit, two standard deviations. Drag, or use the arrow keys.");
  view.decodedSheet = panel(side, view, "decoded at the pointer", "decoded");
  view.nearestSheet = panel(side, view, "nearest real digit", "nearest");
  view.nearestNote = element(side, "div", "note");
  layOutOwn(own, view);
  view.sheets = [view.plane.sheet, view.decodedSheet, view.nearestSheet, view.pad.sheet, view.againSheet, view.sampleSheet];
}

function panel(parent, view, title, className) {
  const box = element(parent, "div", "panel"), [height, width] = view.get("shape");
  element(box, "div", "title", title);
  const sheet = sharpCanvas(box, className, title, () => { view.showDrawing(); view.schedule(); });
  sheet.canvas.style.aspectRatio = `${width} / ${height}`;
  return sheet;
}

function layOutOwn(parent, view) {
  const box = element(parent, "div", "panel"), [height, width] = view.get("shape");
  element(box, "div", "title", "draw a digit here");
  view.pad = drawingPad(box, view, (pixels) => land(view, pixels));
  view.pad.sheet.canvas.style.aspectRatio = `${width} / ${height}`;
  const buttons = element(box, "div", "buttons");
  button(buttons, "clear", () => { view.pad.clear(); land(view, []); });
  button(buttons, "a real one", () => {
    view.pad.clear();
    land(view, view.imageAt(Math.floor(view.random.uniform() * view.labels.length)));
  });
  view.answer = element(parent, "div", "answer");
  const both = element(view.answer, "div", "both");
  view.againSheet = panel(both, view, "reconstruction", "again");
  view.sampleSheet = panel(both, view, "sample of q", "sample");
  button(element(view.answer, "div", "buttons"), "another sample", () => { view.noise = null; view.showDrawing(); });
  view.numbers = element(view.answer, "div", "numbers");
}

function smoothSwitch(parent, view) {
  const label = element(parent, "label", "smooth"), box = element(label, "input");
  box.type = "checkbox";
  label.append(" smooth the pixels");
  box.addEventListener("change", () => { view.model.set("smooth", box.checked); view.model.save_changes(); });
  view.showSmooth = () => { box.checked = view.get("smooth"); };
  view.showSmooth();
}

// ---- one frame: what depends on the pointer

function draw(view) {
  if (!view.plane.sheet.width) return;
  view.nearest = nearestCode(view);
  view.plane.paint();
  const pixels = decoded(view, "decoded", view.z), smooth = view.get("smooth");
  if (pixels) view.picture(view.decodedSheet, pixels, smooth);
  if (view.nearest !== null) view.picture(view.nearestSheet, view.imageAt(view.nearest), smooth);
  tellPlace(view);
  view.root.dataset.frames = 1 + Number(view.root.dataset.frames);
  view.root.dataset.z = view.z.join(" ");
}

function nearestCode({ codes, labels, z, get }) {
  const only = get("only");
  let best = null, least = Infinity;
  for (let i = 0; i < labels.length; i++) {
    const distance = (codes[2 * i] - z[0]) ** 2 + (codes[2 * i + 1] - z[1]) ** 2;
    if (distance < least && (only === null || labels[i] === only)) { least = distance; best = i; }
  }
  return best;
}

// The mean of p(x|z), from here or from the kernel; what the kernel said last where it has not answered yet.
function decoded(view, place, z) {
  if (view.decode) return view.decode(z);
  view.questions.ask(place, "decode", z);
  return view.questions.known(place);
}

function tellPlace(view) {
  const where = `z = (${view.z.map((v) => rounded(v)).join(", ")})`, label = view.labels[view.nearest];
  view.readout.textContent = `${where},  |z| = ${rounded(Math.hypot(...view.z))}`;
  view.nearestNote.textContent = `a ${label}; its q(z|x) in blue`;
  view.plane.sheet.canvas.setAttribute("aria-label",
    `${view.get("alt")} The pointer is at ${where}; the nearest real digit is a ${label}.`);
  view.decodedSheet.canvas.setAttribute("aria-label", `picture decoded at ${where}`);
  view.nearestSheet.canvas.setAttribute("aria-label", `nearest real digit, a ${label}`);
  view.say(`${where}, nearest digit ${label}`);
}

// ---- the reader's own digit

function land(view, pixels) {
  view.model.set("drawing", pixels);
  view.model.save_changes();
  view.showDrawing(); // also where the pixels are the same: the pen may have left the pad
}

function showDrawing(view) {
  const x = view.get("drawing"), smooth = view.get("smooth");
  view.root.classList.toggle("drawn", x.length > 0);
  view.drawn = x.length ? posterior(view, x) : null;
  if (!x.length && !view.pad.busy()) view.pad.clear();
  if (x.length && !view.pad.busy()) view.pad.show(x); // what the encoder sees
  if (view.drawn) {
    view.noise ||= [view.random.normal(), view.random.normal()];
    const { mean, spread } = view.drawn;
    view.drawn.sample = mean.map((m, i) => m + spread[i] * view.noise[i]);
    const again = decoded(view, "again", mean), sample = decoded(view, "sample", view.drawn.sample);
    if (again) view.picture(view.againSheet, again, smooth);
    if (sample) view.picture(view.sampleSheet, sample, smooth);
    view.price();
  }
  view.schedule();
}

function posterior({ encode, questions }, x) {
  if (!encode) questions.ask("drawing", "encode", x);
  const output = encode ? encode(x) : questions.known("drawing");
  if (!output) return null;
  const [m1, m2, v1, v2] = output;
  return { mean: [m1, m2], spread: [Math.exp(v1 / 2), Math.exp(v2 / 2)] };
}

function showNumbers(view) {
  const x = view.get("drawing");
  if (!view.drawn || !x.length) return;
  const found = view.table ? view.table.of(x, view.drawn) : kernelSays(view, x);
  if (view.table) view.table.start();
  if (!found) {
    const alone = view.get("recorded") && !view.table;
    view.numbers.textContent = alone ? "log p(x) needs the notebook." : "log p(x) is being computed …";
    return;
  }
  const { evidence, bound } = found;
  const line = (name, value) => `${name} = ${Number.isFinite(value) ? rounded(value) : "?"} nats`;
  view.numbers.replaceChildren();
  for (const text of [line("log p(x)", evidence), line("its bound", bound), line("gap", evidence - bound)])
    element(view.numbers, "div", "", text);
  view.say(view.numbers.innerText.replaceAll("\n", ", "));
}

function kernelSays({ questions }, x) {
  questions.ask("evidence", "evidence", x);
  const output = questions.known("evidence");
  return output && { evidence: output[0], bound: output[1] };
}

// ---- to and from Python

function mover(view) {
  let last = 0, timer = 0;
  const limit = view.get("limit");
  const tell = () => { timer = 0; last = performance.now(); view.model.set("z", view.z); view.model.save_changes(); };
  const move = (next, stays = false) => {
    view.z = next.map((v) => Math.max(-limit, Math.min(limit, v)));
    view.schedule();
    clearTimeout(timer);
    if (stays || performance.now() - last > TELL) tell();
    else timer = setTimeout(tell, TELL);
  };
  move.idle = () => !timer;
  move.stop = () => clearTimeout(timer);
  return move;
}

function hearPython(view, move) {
  return listen(view.model, {
    "change:z": () => { if (move.idle()) { view.z = Array.from(view.get("z")); view.schedule(); } },
    "change:smooth": () => { view.showSmooth(); view.showDrawing(); },
    "change:drawing": view.showDrawing,
    "change:only": () => { view.plane.refresh(); view.schedule(); },
  });
}

export default { render };
