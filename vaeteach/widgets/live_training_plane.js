// The left picture of a training: codes, the prior's circles, a cross-hair under the pointer.
import { placeOn, sharpCanvas, write } from "./base/canvas.js";
import { drawCodes, drawContours, drawFrame, inside, planeScale } from "./base/plane.js";

const MARGIN = { left: 44, right: 6, top: 26, bottom: 38 };
const turns = Array.from({ length: 91 }, (_, i) => (i * Math.PI) / 45);
const circle = (radius) => turns.map((t) => [radius * Math.cos(t), radius * Math.sin(t)]);

export function trainingPlane(parent, view) {
  const sheet = sharpCanvas(parent, "codes vaeteach-picture", "", view.schedule);
  let pointer = null;
  const point = (event) => { pointer = placeOn(sheet, event); view.schedule(); };
  const leave = () => { pointer = null; view.schedule(); };
  for (const name of ["pointermove", "pointerdown"]) sheet.canvas.addEventListener(name, point);
  sheet.canvas.addEventListener("pointerleave", leave);
  return { sheet, paint: () => paintPlane(sheet, view, pointer) };
}

function paintPlane(sheet, view, pointer) {
  const { pen, width, height } = sheet, style = view.get("look"), { codes, epoch } = view.frame();
  if (!width) return;
  const plane = planeScale(sheet, view.get("limit"), MARGIN);
  pen.fillStyle = style.colours.paper;
  pen.fillRect(0, 0, width, height);
  const title = `means of q(z|x), epoch ${epoch.toFixed(1)}`;
  const words = { align: "center", size: style.text + 1, colour: style.colours.ink };
  write(pen, title, plane.left + plane.side / 2, plane.top - 9, words);
  drawFrame(pen, plane, style, view.get("axes"));
  inside(pen, plane, () => {
    const classes = { palette: view.get("palette"), only: view.get("only") };
    drawCodes(pen, plane, codes, view.labels, { ...classes, size: 1.2 * style.dot, opacity: style.opacity });
    drawContours(pen, plane, view.get("radii").map(circle), style);
    if (pointer && plane.holds(pointer)) crossHair(pen, plane, pointer, style);
  });
}

function crossHair(pen, plane, [x, y], { colours, text }) {
  const z = plane.at([x, y]);
  pen.strokeStyle = colours.faint;
  pen.lineWidth = 1;
  pen.beginPath();
  pen.moveTo(x, plane.top); pen.lineTo(x, plane.top + plane.side);
  pen.moveTo(plane.left, y); pen.lineTo(plane.left + plane.side, y);
  pen.stroke();
  const words = { size: text, colour: colours.ink, halo: colours.paper };
  write(pen, `(${z.map((v) => v.toFixed(2)).join(", ")})`, plane.left + 6, plane.top + 16, words);
}
