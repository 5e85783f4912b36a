// The latent plane: where a code stands, its frame, the codes by class, the prior's contours, a q(z|x), a cross.
import { placeOn, polyline, ticks, write } from "./canvas.js";

// From latents to pixels and back; one unit is as long upwards as across, whatever the canvas.
export function planeScale(sheet, limit, margin) {
  const side = Math.min(sheet.width - margin.left - margin.right, sheet.height - margin.top - margin.bottom);
  const scale = side / (2 * limit), { left, top } = margin;
  return {
    left, top, side, scale, limit,
    x: (z) => left + (z + limit) * scale,
    y: (z) => top + (limit - z) * scale,
    at: ([x, y]) => [(x - left) / scale - limit, limit - (y - top) / scale],
    holds: ([x, y]) => x >= left && x <= left + side && y >= top && y <= top + side,
  };
}

export function inside(pen, plane, draw) {
  pen.save();
  pen.beginPath();
  pen.rect(plane.left, plane.top, plane.side, plane.side);
  pen.clip();
  draw();
  pen.restore();
}

export function drawFrame(pen, plane, style, names) {
  const { colours, text } = style, { left, top, side } = plane;
  pen.strokeStyle = colours.ink;
  pen.lineWidth = 1;
  pen.strokeRect(left, top, side, side);
  for (const t of ticks(-plane.limit, plane.limit, 7)) {
    write(pen, String(t), plane.x(t), top + side + text + 3, { align: "center", size: text, colour: colours.ink });
    write(pen, String(t), left - 5, plane.y(t) + text / 3, { align: "right", size: text, colour: colours.ink });
  }
  const name = { align: "center", size: text + 1, colour: colours.ink, weight: "italic" };
  write(pen, names[0], left + side / 2, top + side + 2 * text + 6, name);
  pen.save();
  pen.translate(left - 2 * text, top + side / 2);
  pen.rotate(-Math.PI / 2);
  write(pen, names[1], 0, 0, name);
  pen.restore();
}

// codes: x1, y1, x2, y2, …; only: the class that is shown alone, or null.
export function drawCodes(pen, plane, codes, labels, { palette, only, size, opacity }) {
  pen.globalAlpha = opacity;
  for (let i = 0; i < labels.length; i++) {
    if (only !== null && labels[i] !== only) continue;
    pen.fillStyle = palette[labels[i] % palette.length];
    pen.beginPath();
    pen.arc(plane.x(codes[2 * i]), plane.y(codes[2 * i + 1]), size, 0, 7);
    pen.fill();
  }
  pen.globalAlpha = 1;
}

export function drawContours(pen, plane, lines, style) {
  pen.setLineDash([6, 4]);
  pen.lineWidth = style.thin;
  pen.strokeStyle = style.colours.prior;
  for (const line of lines) polyline(pen, line, plane.x, plane.y);
  pen.setLineDash([]);
}

// Two standard deviations of N(mean, diag(spread^2)).
export function drawEllipse(pen, plane, { mean, spread }, { stroke, fill, width, dash = [] }) {
  const radius = (s) => Math.max(1.5, 2 * s * plane.scale);
  pen.beginPath();
  pen.ellipse(plane.x(mean[0]), plane.y(mean[1]), radius(spread[0]), radius(spread[1]), 0, 0, 7);
  pen.setLineDash(dash);
  pen.lineWidth = width;
  pen.strokeStyle = stroke;
  pen.fillStyle = fill;
  pen.fill();
  pen.stroke();
  pen.setLineDash([]);
}

export function drawCross(pen, plane, z, { ink, paper }) {
  const x = plane.x(z[0]), y = plane.y(z[1]);
  for (const [width, colour] of [[5, paper], [2, ink]]) {
    pen.lineWidth = width;
    pen.strokeStyle = colour;
    pen.beginPath();
    pen.arc(x, y, 8, 0, 7);
    pen.moveTo(x - 14, y); pen.lineTo(x + 14, y);
    pen.moveTo(x, y - 14); pen.lineTo(x, y + 14);
    pen.stroke();
  }
}

const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };

// Mouse, finger and keys: all call move(place, last) with a place in the plane; `last` when it will stay there.
// here(): the place now, from which the arrow keys step.
export function drivePlane({ sheet, scale }, here, move) {
  const { canvas } = sheet, at = (event) => scale().at(placeOn(sheet, event));
  canvas.tabIndex = 0;
  canvas.setAttribute("role", "application"); // keys drive it, so it is more than a picture
  canvas.setAttribute("aria-roledescription", "plane to point in");
  canvas.addEventListener("pointerdown", (event) => {
    canvas.setPointerCapture(event.pointerId);
    canvas.focus({ preventScroll: true });
    move(at(event));
  });
  canvas.addEventListener("pointermove", (event) => { if (event.buttons) move(at(event)); });
  canvas.addEventListener("pointerup", (event) => move(at(event), true));
  canvas.addEventListener("keydown", (event) => {
    const step = ARROWS[event.key], length = event.shiftKey ? 0.5 : 0.1;
    if (event.key === "Home") move([0, 0], true);
    else if (step) move(here().map((v, i) => v + step[i] * length));
    else return;
    event.preventDefault();
  });
}
