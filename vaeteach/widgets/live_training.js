// A model while it trains: the kernel sends its codes and the terms of its bound, this page paints them.
import { bytes, calm, element, floats, listen, oncePerFrame, viewBox } from "./base/page.js";
import { digitLegend } from "./base/legend.js";
import { trainingPlane } from "./live_training_plane.js";
import { runsLegend, trainingCurves } from "./live_training_curves.js";
import { recording } from "./live_training_recording.js";

const STILL = 5000; // ms without a picture of a run that is said to go on
const SILENT = "training, but no picture of it arrives: this notebook does not show what a thread sends. JupyterLab does.";

function render({ model, el }) {
  const root = viewBox(el, model, "vaeteach-training");
  const view = { model, get: (name) => model.get(name), labels: bytes(model.get("labels")) };
  // of changes that arrive together only the last state is painted; who wants little motion sees it once a second
  view.schedule = oncePerFrame(() => paint(view), calm() ? 1000 : 0);
  view.rows = () => Array.from(floats(model.get("curve")));
  view.shown = () => view.recording.at();
  const newest = () => ({ epoch: model.get("epoch"), codes: floats(model.get("codes")) });
  view.frame = () => (view.shown() === null ? newest() : view.recording.frame(view.shown()));
  const status = element(root, "div", "status");
  status.setAttribute("role", "status");
  runChooser(root, model);
  const pictures = element(root, "div", "pictures");
  view.plane = trainingPlane(pictures, view);
  view.curves = trainingCurves(pictures, view);
  const below = element(root, "div", "below"), left = element(below, "div");
  const stops = [view.schedule.stop, view.plane.sheet.stop, view.curves.sheet.stop];
  stops.push(digitLegend(left, model, view.labels));
  view.recording = recording(left, view);
  const runs = runsLegend(below, view), alone = "Open the notebook to train this model yourself.";
  let silent = 0;
  const write = (text) => { if (status.textContent !== text) status.textContent = text; };
  const say = () => {
    clearTimeout(silent);
    write(model.get("recorded") ? alone : model.get("status"));
    if (status.textContent === "training") silent = setTimeout(write, STILL, SILENT);
  };
  runs();
  say();
  const painted = ["codes", "curve", "past", "limit", "epoch", "labels", "axes", "alt", "only"];
  stops.push(view.recording.stop, () => clearTimeout(silent), listen(model, {
    ...Object.fromEntries(painted.map((name) => [`change:${name}`, view.schedule])),
    "change:past": () => { runs(); view.schedule(); },
    "change:status": say,
    "change:codes": () => { say(); view.schedule(); },
    "change:frames": view.recording.load,
  }));
  view.schedule();
  return () => stops.forEach((stop) => stop());
}

// In a page: which of the recorded runs is shown.
function runChooser(parent, model) {
  const runs = model.get("runs") ?? [];
  if (runs.length < 2) return;
  const list = element(element(parent, "label", "run-chooser", "run "), "select");
  runs.forEach((run, i) => { element(list, "option", "", run.label).value = i; });
  list.addEventListener("change", () => {
    for (const [name, value] of Object.entries(runs[list.value])) model.set(name, value);
    for (const name of ["codes", "curve", "frame_epochs", "frames"]) model.set(name, model.get(`${name} ${list.value}`));
  });
}

function paint(view) {
  view.plane.sheet.canvas.setAttribute("aria-label", view.get("alt"));
  view.curves.sheet.canvas.setAttribute("aria-label", "Log-likelihood, KL and ELBO over the epochs.");
  for (const part of [view.plane, view.curves]) {
    part.paint();
    part.sheet.canvas.dataset.painted = String(1 + Number(part.sheet.canvas.dataset.painted || 0));
  }
}

export default { render };
