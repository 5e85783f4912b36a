// The right picture of a training: the terms of the bound over the epochs, earlier runs as thin lines.
import { element } from "./base/page.js";
import { placeOn, polyline, sharpCanvas, ticks, write } from "./base/canvas.js";

const ROOM = { left: 52, right: 10, top: 24, bottom: 40, between: 30 };
export const TERMS = ["log_likelihood", "kl", "value"];
const DASHES = [[], [7, 4], [2, 3], [9, 3, 2, 3]];

export function trainingCurves(parent, view) {
  const sheet = sharpCanvas(parent, "curves", "", view.schedule);
  let pointer = null;
  sheet.canvas.addEventListener("pointermove", (event) => { pointer = placeOn(sheet, event); view.schedule(); });
  sheet.canvas.addEventListener("pointerleave", () => { pointer = null; view.schedule(); });
  return { sheet, paint: () => paintCurves(sheet, view, pointer) };
}

// Rows of (epoch, terms…) as points of one term.
const points = (rows, term) => Array.from({ length: rows.length / 4 }, (_, i) => [rows[4 * i], rows[4 * i + 1 + term]]);

// The scale is that of the run that goes on; earlier ones may widen it, by as much again on either side and no more, or
// one run that went astray would press all others flat.
export function span(own, past) {
  const range = (list) => [Math.min(...list), Math.max(...list)];
  const base = own.length > 1 ? own : past.at(-1) || own;
  if (base.length < 2) return null;
  const [low, high] = range(base), room = high - low;
  const near = past.flat().filter((v) => v >= low - room && v <= high + room);
  const [bottom, top] = range([...base, ...near]), margin = 0.06 * (top - bottom) || 0.5;
  return [bottom - margin, top + margin];
}

function paintCurves(sheet, view, pointer) {
  const { pen, width, height } = sheet, { colours } = view.get("look");
  if (!width) return;
  pen.fillStyle = colours.paper;
  pen.fillRect(0, 0, width, height);
  const past = view.get("past"), own = view.rows();
  const ends = [own, ...past.map((run) => run.rows)].map((rows) => rows.at(-4) || 0);
  const across = { left: ROOM.left, width: width - ROOM.left - ROOM.right, longest: Math.max(...ends) };
  const tall = (height - ROOM.top - ROOM.bottom - 2 * ROOM.between) / 3;
  TERMS.forEach((term, number) => {
    const box = { ...across, top: ROOM.top + number * (tall + ROOM.between), height: tall, last: number === 2 };
    const lines = { own: points(own, number), past: past.map((run) => points(run.rows, number)) };
    paintTerm(pen, view, { term, name: view.get("names")[number], ...lines }, box);
  });
  const place = { ...across, top: ROOM.top, bottom: height - ROOM.bottom };
  if (view.shown() !== null) mark(pen, place, view.frame().epoch, colours.ink, view);
  const share = pointer ? (pointer[0] - across.left) / across.width : -1;
  if (across.longest && share >= 0 && share <= 1) mark(pen, place, share * across.longest, colours.faint, view);
}

function paintTerm(pen, view, { term, name, own, past }, box) {
  const { colours, text, line, thin } = view.get("look"), { left, top, width, height, longest } = box;
  const range = span(own.map((p) => p[1]), past.map((run) => run.map((p) => p[1])));
  write(pen, `${name}, nats per image`, left, top - 7, { size: text, colour: colours.ink });
  pen.strokeStyle = colours.ink;
  pen.lineWidth = 1;
  pen.strokeRect(left, top, width, height);
  if (!range || !longest) {
    const words = { align: "center", size: text, colour: colours.faint };
    write(pen, "nothing yet: press Start", left + width / 2, top + height / 2 + 4, words);
    return;
  }
  const [low, high] = range, x = (epoch) => left + (epoch / longest) * width;
  const y = (v) => top + (1 - (v - low) / (high - low)) * height;
  for (const t of ticks(low, high, height < 80 ? 3 : 5))
    write(pen, String(t), left - 6, y(t) + 4, { align: "right", size: text, colour: colours.ink });
  pen.save();
  pen.beginPath();
  pen.rect(left, top, width, height);
  pen.clip();
  past.forEach((run, i) => stroke(pen, run, x, y, { colour: colours.faint, width: thin, dash: DASHES[i % 4] }));
  const colour = view.get("colours")[term];
  stroke(pen, own, x, y, { colour, width: 1.2 * line });
  pen.restore();
  const now = { align: "right", size: text + 1, colour, weight: "bold", halo: colours.paper };
  if (own.length) write(pen, own.at(-1)[1].toFixed(2), left + width - 6, top + height - 8, now);
  if (box.last) epochs(pen, box, x, view);
}

function stroke(pen, run, x, y, { colour, width, dash = [] }) {
  pen.strokeStyle = colour;
  pen.lineWidth = width;
  pen.setLineDash(dash);
  polyline(pen, run, x, y);
  pen.setLineDash([]);
}

function epochs(pen, { left, top, width, height, longest }, x, view) {
  const { colours, text } = view.get("look"), style = { align: "center", size: text, colour: colours.ink };
  for (const t of ticks(0, longest, width < 260 ? 4 : 6)) write(pen, String(t), x(t), top + height + 16, style);
  write(pen, "epoch", left + width / 2, top + height + 33, style);
}

function mark(pen, { left, width, longest, top, bottom }, epoch, colour, view) {
  const x = left + (epoch / (longest || 1)) * width, right = x > left + width / 2;
  const { colours, text } = view.get("look");
  pen.strokeStyle = colour;
  pen.lineWidth = 1;
  pen.beginPath();
  pen.moveTo(x, top);
  pen.lineTo(x, bottom);
  pen.stroke();
  const words = { align: right ? "right" : "left", size: text, colour: colours.ink, halo: colours.paper };
  write(pen, `epoch ${epoch.toFixed(1)}`, x + (right ? -5 : 5), top + 14, words);
}

// What each thin line is; text wraps, however many settings there are to name.
export function runsLegend(parent, view) {
  const list = element(parent, "div", "runs");
  return () => {
    const { colours, thin } = view.get("look");
    list.replaceChildren();
    view.get("past").forEach((run, number) => {
      const row = element(list, "div", "run");
      row.innerHTML = `<svg width="34" height="10" aria-hidden="true"><path d="M0 5H34" stroke="${colours.faint}" ` +
        `stroke-width="${thin}" stroke-dasharray="${DASHES[number % 4].join(" ")}"/></svg>`;
      element(row, "span", "", run.label);
    });
  };
}
