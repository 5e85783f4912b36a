// Plays a recorded view: controls of the page's own, which snap to what was recorded.
import { painter } from "./picture.js";

const NOTE = "A recording of this lesson's own run. Open the notebook to compute with it.";
const bytesOf = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));

const made = (tag, options = {}) => Object.assign(document.createElement(tag), options);

// A slider, a list or a box for one control; returns {label, set(index)} and calls `moved(index)`.
function control({ name, positions }, moved) {
  const label = made("label", { textContent: `${name} ` }), readout = made("output");
  label.style.cssText = "display: inline-flex; align-items: center; gap: 8px; margin: 0 20px 6px 0";
  const box = typeof positions[0] === "boolean", number = !box && positions.every((p) => !isNaN(p));
  const input = made(box || number ? "input" : "select");
  if (box) input.type = "checkbox";
  else if (number) Object.assign(input, { type: "range", min: 0, max: positions.length - 1, step: 1 });
  else input.append(...positions.map((text, i) => made("option", { value: i, textContent: text })));
  label.append(input, readout);
  input.addEventListener("input", () => moved(box ? Number(input.checked) : Number(input.value)));
  const set = (index) => {
    if (box) input.checked = Boolean(index);
    else input.value = index;
    if (!number) return;
    readout.textContent = positions[index];
    input.setAttribute("aria-valuetext", positions[index]);
  };
  return { label, set };
}

// Of the recorded settings in which control k stands at `index`, the one nearest to the others as they are.
function nearest(pictures, at, k, index) {
  let best = null, least = Infinity;
  for (const key of Object.keys(pictures)) {
    const setting = key.split(",").map(Number);
    if (setting[k] !== index) continue;
    const distance = setting.reduce((sum, value, i) => sum + (i === k ? 0 : Math.abs(value - at[i])), 0);
    if (distance < least) [best, least] = [setting, distance];
  }
  return best;
}

export function play({ width, controls, at, pictures, backgrounds }, el) {
  const canvas = made("canvas", { className: "vaeteach-picture" }), row = made("div");
  canvas.setAttribute("role", "img");
  canvas.style.cssText = `display: block; width: ${width}px; max-width: 100%; height: auto`;
  const paint = painter(canvas), under = backgrounds.map(bytesOf);
  const show = () => {
    const { background, part, place, alt } = pictures[at.join(",")];
    canvas.setAttribute("aria-label", alt);
    inputs.forEach((input, k) => input.set(at[k]));
    paint({ background: under[background], part: bytesOf(part), place });
  };
  const inputs = controls.map((one, k) => control(one, (index) => { at = nearest(pictures, at, k, index); show(); }));
  row.append(...inputs.map((input) => input.label));
  el.replaceChildren(row, canvas, made("small", { textContent: NOTE }));
  show();
}
