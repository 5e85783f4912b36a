// The plane of the explorer: what stands still is painted once, what moves over it in every frame.
import { sharpCanvas, write } from "./base/canvas.js";
import { drawCodes, drawContours, drawCross, drawEllipse, drawFrame, inside, planeScale } from "./base/plane.js";

const MARGIN = { left: 40, right: 8, top: 8, bottom: 38 };

export function explorerPlane(parent, view) {
  const still = document.createElement("canvas");
  const sheet = sharpCanvas(parent, "latent-plane", view.get("alt"), () => { plane.refresh(); view.schedule(); });
  let scale = null;
  const plane = { sheet, scale: () => scale };
  plane.refresh = () => {
    if (!sheet.width) return;
    scale = planeScale(sheet, view.get("limit"), MARGIN);
    Object.assign(still, { width: sheet.canvas.width, height: sheet.canvas.height });
    const pen = still.getContext("2d");
    pen.setTransform(sheet.pen.getTransform());
    paintStill(pen, sheet, scale, view);
  };
  plane.paint = () => paintMoving(sheet, still, scale, view);
  return plane;
}

function paintStill(pen, { width, height }, scale, view) {
  const style = view.get("look");
  pen.fillStyle = style.colours.paper;
  pen.fillRect(0, 0, width, height);
  drawFrame(pen, scale, style, ["z₁", "z₂"]);
  inside(pen, scale, () => {
    const marks = { palette: view.get("palette"), only: view.get("only"), size: style.dot, opacity: style.opacity };
    drawCodes(pen, scale, view.codes, view.labels, marks);
    drawContours(pen, scale, view.get("contours"), style);
  });
}

function paintMoving({ pen, width, height }, still, scale, view) {
  const { colours, line } = view.get("look");
  pen.drawImage(still, 0, 0, width, height);
  inside(pen, scale, () => {
    const nearest = { stroke: colours.q, fill: `${colours.q}59`, width: line };
    if (view.nearest !== null) drawEllipse(pen, scale, view.codeAt(view.nearest), nearest);
    if (view.drawn) paintDrawn(pen, scale, view.drawn, colours, line);
    drawCross(pen, scale, view.z, colours);
  });
}

function paintDrawn(pen, scale, drawn, { ink, paper, data }, line) {
  drawEllipse(pen, scale, drawn, { stroke: ink, fill: `${paper}73`, width: line, dash: [4, 3] });
  if (drawn.sample) {
    pen.fillStyle = data;
    pen.strokeStyle = paper;
    pen.lineWidth = 1;
    pen.beginPath();
    pen.arc(scale.x(drawn.sample[0]), scale.y(drawn.sample[1]), 5, 0, 7);
    pen.fill();
    pen.stroke();
  }
  const above = scale.y(drawn.mean[1]) - 2 * drawn.spread[1] * scale.scale - 8;
  const place = [scale.x(drawn.mean[0]), Math.max(scale.top + 14, above)];
  write(pen, "your digit", ...place, { align: "center", weight: "bold", colour: ink, halo: paper });
}
