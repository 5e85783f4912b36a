// Canvases that are sharp at any size, and what is drawn on them: text, ticks, pictures.
import { element } from "./page.js";

// A canvas as large as its style says, redrawn whenever that or the screen changes; sizes are in CSS pixels.
// `paint` is called once it is seen, and after each change of size.
export function sharpCanvas(parent, className, label, paint) {
  const canvas = element(parent, "canvas", className), pen = canvas.getContext("2d");
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", label);
  const sheet = { canvas, pen, width: 0, height: 0 };
  const fit = () => {
    const ratio = window.devicePixelRatio || 1, { clientWidth: width, clientHeight: height } = canvas;
    if (!width || !height) return;
    const across = Math.round(width * ratio), down = Math.round(height * ratio);
    if (canvas.width === across && canvas.height === down && sheet.width) return;
    Object.assign(canvas, { width: across, height: down });
    Object.assign(sheet, { width, height, ratio });
    pen.setTransform(across / width, 0, 0, down / height, 0, 0);
    paint(sheet);
  };
  const watch = new ResizeObserver(fit);
  watch.observe(canvas);
  window.addEventListener("resize", fit);
  sheet.stop = () => { watch.disconnect(); window.removeEventListener("resize", fit); };
  return sheet;
}

// Where an event stands on a canvas, in the pixels in which it is drawn.
export function placeOn(sheet, event) {
  const box = sheet.canvas.getBoundingClientRect(), { clientLeft, clientTop } = sheet.canvas;
  return [event.clientX - box.left - clientLeft, event.clientY - box.top - clientTop];
}

export function write(pen, words, x, y, { align = "left", size = 13, colour = "#000", weight = "", halo = "" } = {}) {
  pen.font = `${weight} ${size}px sans-serif`;
  pen.textAlign = align;
  if (halo) {
    pen.lineWidth = 4;
    pen.strokeStyle = halo;
    pen.strokeText(words, x, y);
  }
  pen.fillStyle = colour;
  pen.fillText(words, x, y);
}

// Round numbers between low and high, about `wanted` of them; none where there is nothing to measure.
export function ticks(low, high, wanted = 5) {
  if (!(high > low)) return [];
  const raw = (high - low) / Math.max(1, wanted - 1), power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].map((m) => m * power).find((s) => s >= raw * 0.999);
  const found = [];
  for (let i = Math.ceil(low / step - 1e-9); i * step <= high + 1e-9 * step; i++) found.push(+(i * step).toPrecision(10));
  return found;
}

export function polyline(pen, points, x, y) {
  pen.beginPath();
  points.forEach(([a, b], i) => (i ? pen.lineTo(x(a), y(b)) : pen.moveTo(x(a), y(b))));
  pen.stroke();
}

// Pictures of (height, width) pixels in [0, 1], dark on white, through a canvas of the picture's own size.
export function pictures([height, width]) {
  const small = document.createElement("canvas");
  Object.assign(small, { width, height });
  const pen = small.getContext("2d"), buffer = pen.createImageData(width, height);
  return (sheet, values, smooth) => {
    if (!sheet.width) return;
    for (let i = 0; i < height * width; i++) {
      const shade = 255 - Math.round(255 * Math.max(0, Math.min(1, values[i])));
      buffer.data.set([shade, shade, shade, 255], 4 * i);
    }
    pen.putImageData(buffer, 0, 0);
    sheet.pen.imageSmoothingEnabled = smooth;
    sheet.pen.imageSmoothingQuality = "high";
    sheet.pen.drawImage(small, 0, 0, sheet.width, sheet.height);
  };
}
