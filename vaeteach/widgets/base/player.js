// Plays a recorded view: controls of the page's own, which snap to what was recorded.
import { calm } from "./page.js";
import { decoded, painter } from "./picture.js";

const NOTE = "A recording of this lesson's own run. To compute with it, open the notebook: python3 course.py.";
const AHEAD = 20, KEPT = 30; // pictures of a control that are decoded before it moves, and of all that are kept
const made = (tag, options = {}) => Object.assign(document.createElement(tag), options);

function bytesOf(text) {
  const raw = atob(text), bytes = new Uint8Array(raw.length);
  for (let i = 0; i < raw.length; i++) bytes[i] = raw.charCodeAt(i);
  return bytes;
}

// Decodes base64 to pictures, and keeps the last that were asked for.
function album() {
  const kept = new Map();
  return (text) => {
    const picture = kept.get(text) ?? decoded(bytesOf(text));
    kept.delete(text);
    kept.set(text, picture);
    if (kept.size > KEPT) kept.delete(kept.keys().next().value);
    return picture;
  };
}

// A slider, a list or a box; returns {label, show(value, places)}, calls `moved(value)`, and before that `near()`.
// places: the values that were recorded, in order; a control with one only is hidden.
function control({ name, kind, names, digits }, moved, near) {
  const label = made("label", { textContent: `${name} ` }), input = made(kind === "list" ? "select" : "input");
  const readout = made("output"), word = (value) => value.toFixed(digits).replace("-", "−");
  let values = [];
  if (kind === "box") input.type = "checkbox";
  if (kind === "slider") Object.assign(input, { type: "range", min: 0, step: 1 });
  input.setAttribute("aria-label", name);
  label.append(input);
  if (kind === "slider") label.append(readout);
  const value = { box: () => Number(input.checked), list: () => Number(input.value), slider: () => values[input.value] };
  input.addEventListener("input", () => moved(value[kind]()));
  for (const event of ["focus", "pointerenter"]) input.addEventListener(event, near);
  const show = (now, places) => {
    label.hidden = places.length < 2;
    if (kind === "list" && input.options.length !== places.length)
      input.replaceChildren(...places.map((i) => made("option", { value: i, textContent: names[i] })));
    if (kind === "box") input.checked = Boolean(now);
    if (kind === "list") input.value = now;
    if (kind !== "slider") return;
    values = places;
    input.max = places.length - 1;
    input.value = places.indexOf(now);
    readout.textContent = word(now);
    input.setAttribute("aria-valuetext", word(now));
  };
  return { label, show };
}

// A button that moves one control through all its places, as a film; a second press holds it.
function filmButton(next, interval) {
  const button = made("button", { type: "button", textContent: "Play" });
  let timer = 0;
  const stop = () => { clearInterval(timer); timer = 0; button.textContent = "Play"; };
  button.addEventListener("click", () => {
    if (timer) return stop();
    button.textContent = "Hold";
    timer = setInterval(() => { if (!next()) stop(); }, calm() ? 1000 : interval);
    next(true);
  });
  return button;
}

// Where control k may stand, the lists and boxes being as they are in `at`.
function places({ controls, states }, at, k) {
  const fixed = controls.map((c, i) => (c.kind === "slider" || controls[k].kind !== "slider" ? -1 : i)).filter((i) => i >= 0);
  const found = states.filter((s) => fixed.every((i) => s.at[i] === at[i])).map((s) => s.at[k]);
  return [...new Set(found)].sort((a, b) => a - b);
}

// The recorded state whose control k stands at `value`: as many other lists and boxes as now, and near it else.
function nearest({ controls, states }, reach, at, k, value) {
  const far = (s) => s.at.reduce((sum, v, i) => {
    if (i === k || v === at[i]) return sum;
    return sum + (controls[i].kind === "slider" ? Math.abs(v - at[i]) / reach[i] : 100);
  }, 0);
  return states.filter((s) => s.at[k] === value).reduce((best, s) => (far(s) < far(best) ? s : best));
}

// Decodes where control k can go from `at`, the nearest places first.
function decodeAhead(recording, reach, pictures, at, k) {
  const all = places(recording, at, k), here = all.indexOf(at[k]);
  const near = all.map((value, i) => [Math.abs(i - here), value]).sort(([a], [b]) => a - b).slice(0, AHEAD);
  for (const [, value] of near) {
    const { background, part } = nearest(recording, reach, at, k, value);
    pictures(recording.backgrounds[background]);
    if (part) pictures(part);
  }
}

export function play(recording, el) {
  const { width, controls, film, start, states, backgrounds } = recording;
  const reach = controls.map((_, i) => Math.max(...states.map((s) => s.at[i])) - Math.min(...states.map((s) => s.at[i])) || 1);
  const canvas = made("canvas", { className: "vaeteach-picture" }), words = made("div", { className: "words" });
  canvas.setAttribute("role", "img");
  canvas.style.cssText = `display: block; width: ${width}px; height: auto`;
  const pane = made("div", { className: "pane", tabIndex: 0 }); // scrolls where the page is narrow
  pane.append(canvas);
  const pictures = album(), paint = painter(canvas, pictures), row = made("div", { className: "controls" });
  let now = states.find((s) => s.at.every((v, i) => v === start[i]));
  const show = (state) => {
    now = state;
    canvas.setAttribute("aria-label", now.alt);
    inputs.forEach((input, k) => input.show(now.at[k], places(recording, now.at, k)));
    if (words.dataset.text !== (now.words ?? "")) words.innerHTML = words.dataset.text = now.words ?? "";
    paint({ background: backgrounds[now.background], part: now.part, place: now.place });
  };
  const ahead = (k) => decodeAhead(recording, reach, pictures, now.at, k);
  const move = (k, value) => {
    show(nearest(recording, reach, now.at, k, value));
    ahead(k);
  };
  const inputs = controls.map((one, k) => control(one, (value) => move(k, value), () => ahead(k)));
  row.append(...inputs.map((input) => input.label));
  if (film) {
    const [k, interval] = film;
    row.prepend(filmButton((first) => {
      const all = places(recording, now.at, k), i = all.indexOf(now.at[k]) + 1;
      if (i >= all.length && !first) return false;
      move(k, all[i % all.length]);
      return true;
    }, interval));
  }
  el.classList.add("vaeteach-recording");
  el.append(row, pane, words, made("small", { textContent: NOTE }));
  show(now);
}

export default { render: ({ model, el }) => play(model.get("recording"), el) };
