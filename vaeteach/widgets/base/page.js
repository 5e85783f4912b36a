// What every view that is painted in the page needs of the page: its root, its numbers, its timing.

export const floats = (view) => new Float32Array(view.buffer.slice(view.byteOffset, view.byteOffset + view.byteLength));
export const bytes = (view) => new Uint8Array(view.buffer, view.byteOffset, view.byteLength);

export function element(parent, tag, className, text) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  if (text) node.textContent = text;
  parent.append(node);
  return node;
}

export function button(parent, text, press) {
  const node = element(parent, "button", "", text);
  node.type = "button";
  node.addEventListener("click", press);
  return node;
}

// The box that a canvas view paints in; it bears the colours of the style as CSS variables.
export function viewBox(el, model, className) {
  const box = element(el, "div", `vaeteach-canvas ${className}`);
  const { colours } = model.get("look");
  for (const [name, colour] of Object.entries(colours)) box.style.setProperty(`--vt-${name}`, colour);
  return box;
}

// Call these handlers on these events of the model; returns what ends it.
export function listen(model, handlers) {
  for (const [name, handler] of Object.entries(handlers)) model.on(name, handler);
  return () => { for (const [name, handler] of Object.entries(handlers)) model.off(name, handler); };
}

export const calm = () => window.matchMedia("(prefers-reduced-motion: reduce)").matches;

// Of calls that come together only one is made, with the next frame; `least` ms apart at the least.
export function oncePerFrame(paint, least = 0) {
  let frame = 0, timer = 0, last = -Infinity;
  const run = (now) => { frame = 0; last = now; paint(); };
  const ask = () => {
    if (frame || timer) return;
    const wait = least - (performance.now() - last);
    if (wait > 0) timer = setTimeout(() => { timer = 0; frame = requestAnimationFrame(run); }, wait);
    else frame = requestAnimationFrame(run);
  };
  ask.idle = () => !frame && !timer;
  ask.stop = () => { cancelAnimationFrame(frame); clearTimeout(timer); };
  return ask;
}

// A line that only screen readers read, and only when the picture has come to rest.
export function announcer(root, rest = 500) {
  const line = element(root, "div", "for-readers");
  line.setAttribute("aria-live", "polite");
  let timer = 0;
  const say = (text) => { if (line.textContent !== text) line.textContent = text; };
  return (text) => { clearTimeout(timer); timer = setTimeout(say, rest, text); };
}

// A number for the eye, with a true minus sign and without a tail of digits.
export const rounded = (value, digits = 2) => value.toFixed(digits).replace(/^-(?=0(\.0*)?$)/, "").replace("-", "−");

// Independent N(0, 1) numbers that are the same for the same seed (mulberry32, Box and Muller).
export function normals(seed) {
  let state = seed >>> 0;
  const uniform = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  return { uniform, normal: () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform()) };
}
