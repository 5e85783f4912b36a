// Codes and loss terms of a model while it trains: the kernel sends small arrays, this page paints them.

const SIZE = 430, WIDE = 430, GAP = 74, HEIGHT = SIZE + 56;
const TERMS = ["log_likelihood", "kl", "value"];

const floats = (view) => new Float32Array(view.buffer.slice(view.byteOffset, view.byteOffset + view.byteLength));
const bytes = (view) => new Uint8Array(view.buffer, view.byteOffset, view.byteLength);

// About five round numbers between low and high.
function ticks(low, high) {
  const raw = (high - low) / 4, power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].map((m) => m * power).find((s) => s >= raw);
  const found = [];
  for (let t = Math.ceil(low / step) * step; t <= high + 1e-9; t += step) found.push(Math.abs(t) < 1e-9 ? 0 : t);
  return found;
}

function render({ model, el }) {
  el.classList.add("vaeteach-live");
  const ratio = window.devicePixelRatio || 1, width = SIZE + GAP + WIDE + 10;
  const canvas = document.createElement("canvas");
  Object.assign(canvas, { width: width * ratio, height: HEIGHT * ratio, tabIndex: 0 });
  canvas.style.cssText = `width:${width}px;height:${HEIGHT}px;max-width:100%;background:#fff;cursor:crosshair;touch-action:none`;
  canvas.setAttribute("role", "img");
  const pen = canvas.getContext("2d");
  el.append(canvas);
  let pointer = null, asked = false;

  const text = (words, x, y, align = "left", size = 13, colour = "#222") => {
    pen.fillStyle = colour;
    pen.textAlign = align;
    pen.font = `${size}px sans-serif`;
    pen.fillText(words, x, y);
  };

  function plane() {
    const limit = model.get("limit"), at = (v) => ((v + limit) / (2 * limit)) * SIZE;
    pen.save();
    pen.translate(40, 24);
    text(model.get("title"), SIZE / 2, -8, "center", 14);
    pen.beginPath();
    pen.rect(0, 0, SIZE - 50, SIZE - 50);
    const scale = (SIZE - 50) / SIZE;
    pen.save();
    pen.clip();
    pen.scale(scale, scale);
    const codes = floats(model.get("codes")), labels = bytes(model.get("labels")), palette = model.get("palette");
    for (let i = 0; i < labels.length; i++) {
      pen.fillStyle = palette[labels[i] % palette.length];
      pen.globalAlpha = 0.7;
      pen.beginPath();
      pen.arc(at(codes[2 * i]), SIZE - at(codes[2 * i + 1]), 3, 0, 7);
      pen.fill();
    }
    pen.globalAlpha = 1;
    pen.setLineDash([6, 4]);
    pen.strokeStyle = model.get("colours").prior;
    pen.lineWidth = 1.6;
    for (const r of model.get("radii")) {
      pen.beginPath();
      pen.arc(SIZE / 2, SIZE / 2, (r / (2 * limit)) * SIZE, 0, 7);
      pen.stroke();
    }
    pen.restore();
    pen.strokeStyle = "#222";
    pen.strokeRect(0, 0, SIZE - 50, SIZE - 50);
    for (const t of ticks(-limit, limit)) {
      text(String(t), at(t) * scale, SIZE - 34, "center");
      text(String(t), -6, (SIZE - at(t)) * scale + 4, "right");
    }
    const names = model.get("axes");
    text(names[0], (SIZE - 50) / 2, SIZE - 14, "center", 14);
    pen.save();
    pen.translate(-28, (SIZE - 50) / 2);
    pen.rotate(-Math.PI / 2);
    text(names[1], 0, 0, "center", 14);
    pen.restore();
    if (pointer && pointer.x > 40 && pointer.x < SIZE - 10 && pointer.y > 24 && pointer.y < SIZE - 26) {
      const x = pointer.x - 40, y = pointer.y - 24, z = [x, SIZE - 50 - y].map((p) => (p / scale / SIZE) * 2 * limit - limit);
      pen.beginPath();
      pen.setLineDash([]);
      pen.moveTo(x, 0); pen.lineTo(x, SIZE - 50); pen.moveTo(0, y); pen.lineTo(SIZE - 50, y);
      pen.strokeStyle = "#aaa";
      pen.lineWidth = 1;
      pen.stroke();
      text(`(${z[0].toFixed(2)}, ${z[1].toFixed(2)})`, 6, 16, "left", 13);
    }
    pen.restore();
  }

  function curves() {
    const runs = [...model.get("past"), { label: "now", rows: Array.from(floats(model.get("curve"))) }];
    const tall = (SIZE - 50 - 2 * 30) / 3, left = SIZE + GAP - 10;
    const longest = Math.max(1, ...runs.map((run) => run.rows.at(-4) || 0));
    const x = (epoch) => (epoch / longest) * (WIDE - 20);
    TERMS.forEach((term, panel) => {
      const values = runs.flatMap((run) => run.rows.filter((_, i) => i % 4 === panel + 1));
      let low = Math.min(...values), high = Math.max(...values);
      if (!values.length) [low, high] = [-1, 1];
      const margin = 0.06 * (high - low) || 1;
      [low, high] = [low - margin, high + margin];
      const y = (v) => tall - ((v - low) / (high - low)) * tall;
      pen.save();
      pen.translate(left, 24 + panel * (tall + 30));
      text(`${model.get("names")[panel]}, nats per image`, 0, -7, "left", 13);
      pen.strokeStyle = "#222";
      pen.strokeRect(0, 0, WIDE - 20, tall);
      for (const t of ticks(low, high)) text(String(+t.toFixed(6)), -6, y(t) + 4, "right");
      runs.forEach((run, number) => {
        const now = number === runs.length - 1;
        pen.beginPath();
        for (let i = 0; i < run.rows.length; i += 4) pen.lineTo(x(run.rows[i]), y(run.rows[i + panel + 1]));
        pen.strokeStyle = now ? model.get("colours")[term] : "#9a9a9a";
        pen.setLineDash(now ? [] : [[], [7, 4], [2, 3], [9, 3, 2, 3]][number % 4]);
        pen.lineWidth = now ? 2.4 : 1.3;
        pen.stroke();
      });
      pen.setLineDash([]);
      const last = runs.at(-1).rows;
      if (last.length) text(last.at(-4 + panel + 1).toFixed(2), WIDE - 26, tall - 8, "right", 14, model.get("colours")[term]);
      if (panel === 2) {
        for (const t of ticks(0, longest)) text(String(+t.toFixed(3)), x(t), tall + 16, "center");
        text("epoch", (WIDE - 20) / 2, tall + 32, "center", 14);
      }
      pen.restore();
    });
    if (pointer && pointer.x > left && pointer.x < left + WIDE - 20) {
      pen.beginPath();
      pen.moveTo(pointer.x, 24); pen.lineTo(pointer.x, SIZE - 26);
      pen.strokeStyle = "#aaa";
      pen.lineWidth = 1;
      pen.stroke();
      text(`epoch ${(((pointer.x - left) / (WIDE - 20)) * longest).toFixed(1)}`, pointer.x + 4, 40, "left", 13);
    }
  }

  function legend() {
    let x = 40;
    const present = [...new Set(bytes(model.get("labels")))].sort((a, b) => a - b), palette = model.get("palette");
    for (const label of present) {
      pen.fillStyle = palette[label % palette.length];
      pen.beginPath();
      pen.arc(x, HEIGHT - 12, 6, 0, 7);
      pen.fill();
      text(String(label), x + 9, HEIGHT - 7, "left", 14);
      x += 36;
    }
    let at = SIZE + GAP - 10;
    model.get("past").forEach((run, number) => {
      pen.setLineDash([[], [7, 4], [2, 3], [9, 3, 2, 3]][number % 4]);
      pen.strokeStyle = "#9a9a9a";
      pen.beginPath();
      pen.moveTo(at, HEIGHT - 12); pen.lineTo(at + 24, HEIGHT - 12);
      pen.stroke();
      pen.setLineDash([]);
      text(run.label, at + 28, HEIGHT - 8, "left", 12);
      at += 34 + pen.measureText(run.label).width;
    });
  }

  function paint() {
    asked = false;
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    pen.clearRect(0, 0, width, HEIGHT);
    canvas.setAttribute("aria-label", model.get("alt"));
    plane();
    curves();
    legend();
    canvas.dataset.painted = String(Number(canvas.dataset.painted || 0) + 1);
  }
  const soon = () => { // of changes that arrive together only the last state is painted
    if (!asked) {
      asked = true;
      requestAnimationFrame(paint);
    }
  };
  const point = (event) => {
    const box = canvas.getBoundingClientRect(), shrink = width / box.width;
    pointer = { x: (event.clientX - box.left) * shrink, y: (event.clientY - box.top) * shrink };
    soon();
  };
  canvas.addEventListener("pointermove", point);
  canvas.addEventListener("pointerdown", point);
  for (const name of ["codes", "curve", "past", "limit", "title", "labels", "axes", "alt"]) model.on("change:" + name, soon);
  paint();
  return () => model.off && model.off(null, null, soon);
}

export default { render };
