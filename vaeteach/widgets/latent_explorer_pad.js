// The pad of the explorer: strokes of a pen, turned into pixels like those of the data.
import { placeOn, sharpCanvas } from "./base/canvas.js";

// drawn(pixels) is called while the reader draws; show(pixels) shows pixels instead of strokes, clear() neither.
export function drawingPad(parent, view, drawn) {
  const strokes = []; // of points in shares of the pad's width and height
  let stroke = null;
  const sheet = sharpCanvas(parent, "pad", "pad: draw a digit here with mouse or finger", () => view.showDrawing());
  const paint = () => {
    blank(sheet, view.get("look").colours.paper);
    inkStrokes(sheet.pen, strokes, ([x, y]) => [x * sheet.width, y * sheet.height], 0.093 * sheet.width, view);
  };
  const at = (event) => placeOn(sheet, event).map((v, i) => v / [sheet.width, sheet.height][i]);
  sheet.canvas.addEventListener("pointerdown", (event) => {
    sheet.canvas.setPointerCapture(event.pointerId);
    strokes.push((stroke = [at(event)]));
    paint();
  });
  sheet.canvas.addEventListener("pointermove", (event) => {
    if (!stroke || !event.buttons) return;
    stroke.push(at(event));
    paint();
    drawn(rasterise(strokes, view));
  });
  sheet.canvas.addEventListener("pointerup", () => {
    if (!stroke) return;
    stroke = null;
    drawn(rasterise(strokes, view));
  });
  return {
    sheet,
    busy: () => stroke !== null,
    show: (pixels) => view.picture(sheet, pixels, view.get("smooth")),
    clear() { strokes.length = 0; blank(sheet, view.get("look").colours.paper); },
  };
}

function blank({ pen, width, height }, paper) {
  pen.fillStyle = paper;
  pen.fillRect(0, 0, width, height);
}

function inkStrokes(pen, strokes, map, lineWidth, view) {
  pen.lineCap = pen.lineJoin = "round";
  pen.strokeStyle = view.get("look").colours.ink;
  pen.lineWidth = lineWidth;
  for (const points of strokes) {
    pen.beginPath();
    points.map(map).forEach(([x, y], i) => (i ? pen.lineTo(x, y) : pen.moveTo(x, y)));
    if (points.length === 1) { const [x, y] = map(points[0]); pen.lineTo(x + 0.01, y); }
    pen.stroke();
  }
}

// The strokes scaled to the usual height of a digit, centred, and averaged over pixels.
function rasterise(strokes, view) {
  const [height, width] = view.get("shape"), fit = view.get("ink"), fine = 8;
  const points = strokes.map((stroke) => stroke.map(([x, y]) => [x * width, y * height]));
  const [left, right, top, bottom] = bounds(points.flat());
  const smallest = 0.1; // pixels: a single dot has no height
  const tall = (fit.height - fit.pen) / Math.max(bottom - top, smallest);
  const wide = (width - fit.pen) / Math.max(right - left, smallest);
  const zoom = fine * Math.min(tall, wide, 30);
  const canvas = document.createElement("canvas");
  Object.assign(canvas, { width: width * fine, height: height * fine });
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  const centred = ([x, y]) => [
    (x - (left + right) / 2) * zoom + fit.centre[0] * fine,
    (y - (top + bottom) / 2) * zoom + fit.centre[1] * fine,
  ];
  inkStrokes(pen, points, centred, fit.pen * fine, view);
  const pixels = averaged(pen.getImageData(0, 0, canvas.width, canvas.height), width, height, fine);
  return view.get("binary") ? pixels.map((v) => (v >= 0.5 ? 1 : 0)) : pixels.map((v) => Math.min(1, v));
}

function bounds(points) {
  const xs = points.map((p) => p[0]), ys = points.map((p) => p[1]);
  return [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
}

function averaged({ data, width: across, height: down }, width, height, fine) {
  const result = new Array(width * height).fill(0);
  for (let y = 0; y < down; y++)
    for (let x = 0; x < across; x++)
      result[Math.floor(y / fine) * width + Math.floor(x / fine)] += data[4 * (y * across + x) + 3] / 255 / fine ** 2;
  return result;
}
