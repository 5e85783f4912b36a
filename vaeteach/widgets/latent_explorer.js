// The latent plane under the pointer: codes, prior, posterior ellipses, and the picture decoded where one points.
// Networks that are plain multilayer perceptrons are evaluated here; others are asked of the kernel, newest only.

const ACTIVATIONS = {
  Tanh: Math.tanh,
  ReLU: (v) => Math.max(0, v),
  SiLU: (v) => v / (1 + Math.exp(-v)),
  Sigmoid: (v) => 1 / (1 + Math.exp(-v)),
  Softplus: (v) => Math.max(v, 0) + Math.log1p(Math.exp(-Math.abs(v))),
  GELU: (v) => 0.5 * v * (1 + erf(v / Math.SQRT2)),
};

function erf(v) { // Abramowitz and Stegun 7.1.26, error below 1.5e-7
  const t = 1 / (1 + 0.3275911 * Math.abs(v));
  const tail = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  return Math.sign(v) * (1 - tail * Math.exp(-v * v));
}

const MEANS = { // the mean pixel of each likelihood, from the decoder's last layer
  bernoulli: ACTIVATIONS.Sigmoid,
  gaussian: (v) => v,
  continuous_bernoulli: (v) => (Math.abs(v) < 1e-2 ? 0.5 + v / 12 : 1 / (1 - Math.exp(-v)) - 1 / v),
};

const floats = (view) => new Float32Array(view.buffer.slice(view.byteOffset, view.byteOffset + view.byteLength));
const bytes = (view) => new Uint8Array(view.buffer, view.byteOffset, view.byteLength);

// A function from an array of inputs to an array of outputs, or null where the network is not a plain MLP.
function network(layers, weights) {
  if (!layers.length) return null;
  const w = floats(weights);
  return (input) => {
    let h = input, at = 0;
    for (const { inputs, outputs, activation } of layers) {
      const next = new Float64Array(outputs), biases = at + inputs * outputs;
      for (let o = 0; o < outputs; o++) {
        let sum = w[biases + o];
        for (let i = 0, row = at + o * inputs; i < inputs; i++) sum += w[row + i] * h[i];
        next[o] = activation ? ACTIVATIONS[activation](sum) : sum;
      }
      h = next;
      at = biases + outputs;
    }
    return h;
  };
}

// A canvas that is sharp on every screen, and its context in CSS pixels.
function sharpCanvas(width, height, label) {
  const canvas = document.createElement("canvas"), ratio = window.devicePixelRatio || 1;
  canvas.width = width * ratio;
  canvas.height = height * ratio;
  canvas.style.width = width + "px";
  canvas.style.height = height + "px";
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", label);
  const pen = canvas.getContext("2d");
  pen.scale(ratio, ratio);
  return [canvas, pen];
}

function element(parent, tag, className, text) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  if (text) node.textContent = text;
  parent.append(node);
  return node;
}

function render({ model, el }) {
  const get = (name) => model.get(name);
  const SIZE = 500, MARGIN = 34, SIDE = 150;
  const [height, width] = get("shape"), limit = get("limit"), palette = get("palette");
  const codes = floats(get("codes")), spreads = floats(get("spreads")), labels = bytes(get("labels"));
  const images = bytes(get("images")), count = labels.length, pixelCount = height * width;
  const decodeHere = network(get("decoder_layers"), get("decoder_weights"));
  const encodeHere = network(get("encoder_layers"), get("encoder_weights"));
  const meanPixel = MEANS[get("likelihood")] || ((v) => v);
  const decode = decodeHere && ((z) => Array.from(decodeHere(z), meanPixel));

  // ---- what stands where -------------------------------------------------------------------------------------
  const root = element(el, "div", "vaeteach-view vaeteach-explorer");
  root.dataset.frames = 0;
  const left = element(root, "div", "plane"), right = element(root, "div", "side");
  const [plane, pen] = sharpCanvas(SIZE, SIZE, "");
  plane.tabIndex = 0;
  plane.className = "latent-plane";
  left.append(plane);
  const readout = element(left, "div", "readout");
  readout.setAttribute("aria-live", "polite");
  function panel(title, className) {
    const box = element(right, "div", "panel");
    element(box, "div", "title", title);
    const [canvas, context] = sharpCanvas(SIDE, Math.round(SIDE * height / width), title);
    canvas.className = className;
    box.append(canvas);
    return [box, canvas, context];
  }
  const [, decodedCanvas, decodedPen] = panel("decoded at the pointer", "decoded");
  const [nearestBox, nearestCanvas, nearestPen] = panel("nearest real digit", "nearest");
  const [padBox, pad, padPen] = panel("draw a digit here", "pad");
  const nearestNote = element(nearestBox, "div", "note");
  const buttons = element(padBox, "div", "buttons");
  const clear = element(buttons, "button", "", "clear"), borrow = element(buttons, "button", "", "a real one");
  const smoothLabel = element(left, "label", "smooth"), smooth = element(smoothLabel, "input");
  smooth.type = "checkbox";
  smoothLabel.append(" smooth the pixels");
  element(left, "div", "note", "Dashed: the prior, with 50, 90 and 99 % of its mass inside. Blue: q(z|x) of the nearest digit, " +
    "two standard deviations. Drag, or use the arrow keys.");

  // ---- from latents to the screen ----------------------------------------------------------------------------
  const scale = (SIZE - 2 * MARGIN) / (2 * limit);
  const sx = (z) => MARGIN + (z + limit) * scale, sy = (z) => SIZE - MARGIN - (z + limit) * scale;
  const zAt = (x, y) => [(x - MARGIN) / scale - limit, (SIZE - MARGIN - y) / scale - limit];
  const clampZ = (z) => z.map((v) => Math.max(-limit, Math.min(limit, v)));

  const [still, ink] = sharpCanvas(SIZE, SIZE, "");
  (function drawStill() {
    ink.fillStyle = "#fff";
    ink.fillRect(0, 0, SIZE, SIZE);
    ink.font = "13px sans-serif";
    ink.fillStyle = ink.strokeStyle = "#333";
    ink.textAlign = "center";
    ink.strokeRect(MARGIN, MARGIN, SIZE - 2 * MARGIN, SIZE - 2 * MARGIN);
    for (let t = -Math.floor(limit); t <= limit; t += limit > 6 ? 2 : 1) {
      ink.fillText(t, sx(t), SIZE - MARGIN + 16);
      ink.fillText(t, MARGIN - 14, sy(t) + 4);
    }
    ink.font = "italic 14px serif";
    ink.fillText("z₁", SIZE - MARGIN + 16, SIZE - MARGIN + 16);
    ink.fillText("z₂", MARGIN - 14, MARGIN - 10);
    ink.save();
    ink.beginPath();
    ink.rect(MARGIN, MARGIN, SIZE - 2 * MARGIN, SIZE - 2 * MARGIN);
    ink.clip();
    ink.globalAlpha = 0.7;
    for (let i = 0; i < count; i++) {
      ink.fillStyle = palette[labels[i] % 10];
      ink.beginPath();
      ink.arc(sx(codes[2 * i]), sy(codes[2 * i + 1]), 2.6, 0, 7);
      ink.fill();
    }
    ink.globalAlpha = 1;
    ink.setLineDash([6, 4]);
    ink.lineWidth = 1.6;
    ink.strokeStyle = "#555";
    for (const contour of get("contours")) {
      ink.beginPath();
      contour.forEach(([a, b], i) => (i ? ink.lineTo(sx(a), sy(b)) : ink.moveTo(sx(a), sy(b))));
      ink.stroke();
    }
    ink.restore();
    const present = [...new Set(labels)].sort((a, b) => a - b);
    ink.font = "bold 15px sans-serif";
    ink.fillStyle = "#333";
    present.forEach((label, i) => {
      ink.fillStyle = palette[label % 10];
      ink.fillText(label, MARGIN + 46 + i * 26, MARGIN - 12);
    });
    ink.fillStyle = "#333";
    ink.font = "13px sans-serif";
    ink.textAlign = "left";
    ink.fillText("digit", MARGIN, MARGIN - 12);
  })();

  function ellipse(mean, spread, stroke, fill, dash = []) {
    pen.beginPath();
    pen.ellipse(sx(mean[0]), sy(mean[1]), Math.max(1.5, 2 * spread[0] * scale), Math.max(1.5, 2 * spread[1] * scale), 0, 0, 7);
    pen.setLineDash(dash);
    pen.lineWidth = 2;
    pen.fillStyle = fill;
    pen.strokeStyle = stroke;
    pen.fill();
    pen.stroke();
    pen.setLineDash([]);
  }

  // Pixels in [0, 1], dark on white, through a canvas of the picture's own size.
  const small = document.createElement("canvas");
  small.width = width;
  small.height = height;
  const smallPen = small.getContext("2d"), buffer = smallPen.createImageData(width, height);
  function picture(context, canvas, values) {
    for (let i = 0; i < pixelCount; i++) {
      const shade = 255 - Math.round(255 * Math.max(0, Math.min(1, values[i])));
      buffer.data[4 * i] = buffer.data[4 * i + 1] = buffer.data[4 * i + 2] = shade;
      buffer.data[4 * i + 3] = 255;
    }
    smallPen.putImageData(buffer, 0, 0);
    context.imageSmoothingEnabled = get("smooth");
    context.imageSmoothingQuality = "high";
    context.drawImage(small, 0, 0, parseFloat(canvas.style.width), parseFloat(canvas.style.height));
  }

  // ---- asking the kernel, where a network cannot run here: one question under way, then the newest ------------
  const asked = { decode: null, encode: null }, waiting = { decode: null, encode: null }, known = {};
  function ask(kind, input) {
    if (asked[kind]) { waiting[kind] = input; return; }
    asked[kind] = input;
    model.send({ kind, input: Array.from(input) });
  }
  function answered(message, buffers) {
    if (message.kind !== "decode" && message.kind !== "encode") return;
    known[message.kind] = { input: message.input, output: Array.from(floats(buffers[0])) };
    asked[message.kind] = null;
    const next = waiting[message.kind];
    waiting[message.kind] = null;
    if (next) ask(message.kind, next);
    schedule();
  }
  model.on("msg:custom", answered);

  // ---- one frame ---------------------------------------------------------------------------------------------
  let z = Array.from(get("z")), drawn = null, frame = 0;
  function schedule() { if (!frame) frame = requestAnimationFrame(draw); }

  function draw() {
    frame = 0;
    let best = 0, bestDistance = Infinity;
    for (let i = 0; i < count; i++) {
      const d = (codes[2 * i] - z[0]) ** 2 + (codes[2 * i + 1] - z[1]) ** 2;
      if (d < bestDistance) { bestDistance = d; best = i; }
    }
    pen.drawImage(still, 0, 0, SIZE, SIZE);
    const mean = [codes[2 * best], codes[2 * best + 1]], spread = [spreads[2 * best], spreads[2 * best + 1]];
    ellipse(mean, spread, "#0072B2", "rgba(0,114,178,0.35)");
    if (drawn && drawn.mean) {
      ellipse(drawn.mean, drawn.spread, "#111", "rgba(255,255,255,0.45)", [4, 3]);
      pen.font = "bold 13px sans-serif";
      pen.textAlign = "center";
      pen.lineWidth = 4;
      pen.strokeStyle = "#fff";
      const y = sy(drawn.mean[1]) - 2 * drawn.spread[1] * scale - 8;
      pen.strokeText("your digit", sx(drawn.mean[0]), y);
      pen.fillStyle = "#111";
      pen.fillText("your digit", sx(drawn.mean[0]), y);
    }
    for (const [line, colour] of [[5, "#fff"], [2, "#111"]]) {
      pen.lineWidth = line;
      pen.strokeStyle = colour;
      pen.beginPath();
      pen.arc(sx(z[0]), sy(z[1]), 8, 0, 7);
      pen.moveTo(sx(z[0]) - 14, sy(z[1])); pen.lineTo(sx(z[0]) + 14, sy(z[1]));
      pen.moveTo(sx(z[0]), sy(z[1]) - 14); pen.lineTo(sx(z[0]), sy(z[1]) + 14);
      pen.stroke();
    }
    let pixels = null;
    if (decode) pixels = decode(z);
    else { ask("decode", z); if (known.decode) pixels = known.decode.output; }
    if (pixels) picture(decodedPen, decodedCanvas, pixels);
    picture(nearestPen, nearestCanvas, Array.from(images.subarray(best * pixelCount, (best + 1) * pixelCount), (v) => v / 255));
    const where = `z = (${z[0].toFixed(2)}, ${z[1].toFixed(2)})`;
    readout.textContent = `${where},  |z| = ${Math.hypot(z[0], z[1]).toFixed(2)}`;
    nearestNote.textContent = `a ${labels[best]}; its q(z|x) in blue`;
    plane.setAttribute("aria-label", `${get("alt")} The pointer is at ${where}; the nearest real digit is a ${labels[best]}.`);
    decodedCanvas.setAttribute("aria-label", `picture decoded at ${where}`);
    nearestCanvas.setAttribute("aria-label", `nearest real digit, a ${labels[best]}`);
    root.dataset.frames = 1 + Number(root.dataset.frames);
    root.dataset.z = z.join(" ");
  }

  // ---- pointing ----------------------------------------------------------------------------------------------
  let lastTold = 0, telling = 0;
  function tell() { telling = 0; lastTold = performance.now(); model.set("z", z); model.save_changes(); }
  function moveTo(next, now = false) {
    z = clampZ(next);
    schedule();
    // Python hears of it ten times a second at most, and of the last place always.
    clearTimeout(telling);
    if (now || performance.now() - lastTold > 100) tell(); else telling = setTimeout(tell, 100);
  }
  const place = (event) => {
    const box = plane.getBoundingClientRect(), zoom = SIZE / box.width;
    return zAt((event.clientX - box.left) * zoom, (event.clientY - box.top) * zoom);
  };
  plane.addEventListener("pointerdown", (e) => { plane.setPointerCapture(e.pointerId); plane.focus({ preventScroll: true }); moveTo(place(e)); });
  plane.addEventListener("pointermove", (e) => { if (e.buttons) moveTo(place(e)); });
  plane.addEventListener("pointerup", (e) => moveTo(place(e), true));
  const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
  plane.addEventListener("keydown", (e) => {
    if (e.key === "Home") moveTo([0, 0], true);
    else if (STEPS[e.key]) moveTo(z.map((v, i) => v + STEPS[e.key][i] * (e.shiftKey ? 0.5 : 0.1)));
    else return;
    e.preventDefault();
    e.stopPropagation();
  });

  // ---- drawing a digit ---------------------------------------------------------------------------------------
  const strokes = [];
  let stroke = null;
  const padWidth = SIDE, padHeight = Math.round(SIDE * height / width);
  function inkStrokes(context, map, lineWidth) {
    context.lineCap = context.lineJoin = "round";
    context.strokeStyle = "#000";
    context.lineWidth = lineWidth;
    for (const points of strokes) {
      context.beginPath();
      points.map(map).forEach(([x, y], i) => (i ? context.lineTo(x, y) : context.moveTo(x, y)));
      if (points.length === 1) { const [x, y] = map(points[0]); context.lineTo(x + 0.01, y); }
      context.stroke();
    }
  }
  function clearPad() {
    padPen.fillStyle = "#fff";
    padPen.fillRect(0, 0, padWidth, padHeight);
  }
  // The strokes as pixels like those of the data: scaled to the usual height of a digit, centred, averaged over pixels.
  function rasterise() {
    const all = strokes.flat(), fit = get("ink"), fine = 8;
    const xs = all.map((p) => p[0]), ys = all.map((p) => p[1]);
    const spanX = Math.max(...xs) - Math.min(...xs), spanY = Math.max(...ys) - Math.min(...ys);
    const zoom = Math.min((fit.height - fit.pen) / Math.max(spanY, 1), (width - fit.pen) / Math.max(spanX, 1)) * fine;
    const midX = (Math.max(...xs) + Math.min(...xs)) / 2, midY = (Math.max(...ys) + Math.min(...ys)) / 2;
    const canvas = document.createElement("canvas");
    canvas.width = width * fine;
    canvas.height = height * fine;
    const context = canvas.getContext("2d", { willReadFrequently: true });
    inkStrokes(context, ([x, y]) => [(x - midX) * zoom + fit.centre[0] * fine, (y - midY) * zoom + fit.centre[1] * fine], fit.pen * fine);
    const alpha = context.getImageData(0, 0, canvas.width, canvas.height).data, result = new Array(pixelCount).fill(0);
    for (let y = 0; y < canvas.height; y++)
      for (let x = 0; x < canvas.width; x++)
        result[Math.floor(y / fine) * width + Math.floor(x / fine)] += alpha[4 * (y * canvas.width + x) + 3] / 255 / fine ** 2;
    return get("binary") ? result.map((v) => (v >= 0.5 ? 1 : 0)) : result.map((v) => Math.min(1, v));
  }
  function land(pixels) { model.set("drawing", pixels); model.save_changes(); showDrawing(); }
  function showDrawing() {
    const pixels = get("drawing");
    if (!pixels.length) { drawn = null; if (!strokes.length) clearPad(); schedule(); return; }
    if (!stroke) picture(padPen, pad, pixels); // what the encoder sees
    if (encodeHere) {
      const [m1, m2, v1, v2] = encodeHere(pixels);
      drawn = { mean: [m1, m2], spread: [Math.exp(v1 / 2), Math.exp(v2 / 2)] };
    } else {
      ask("encode", pixels);
      if (known.encode) drawn = { mean: known.encode.output.slice(0, 2), spread: known.encode.output.slice(2) };
    }
    schedule();
  }
  if (!encodeHere) model.on("msg:custom", (message) => { if (message.kind === "encode") showDrawing(); });
  const padPlace = (event) => {
    const box = pad.getBoundingClientRect();
    return [(event.clientX - box.left) * padWidth / box.width, (event.clientY - box.top) * padHeight / box.height];
  };
  pad.addEventListener("pointerdown", (e) => {
    pad.setPointerCapture(e.pointerId);
    if (!strokes.length) clearPad();
    strokes.push(stroke = [padPlace(e)]);
    clearPad();
    inkStrokes(padPen, (p) => p, 14);
  });
  pad.addEventListener("pointermove", (e) => {
    if (!stroke || !e.buttons) return;
    stroke.push(padPlace(e));
    clearPad();
    inkStrokes(padPen, (p) => p, 14);
    land(rasterise());
  });
  pad.addEventListener("pointerup", () => { if (!stroke) return; const pixels = rasterise(); stroke = null; land(pixels); });
  clear.addEventListener("click", () => { strokes.length = 0; clearPad(); land([]); });
  borrow.addEventListener("click", () => {
    strokes.length = 0;
    const i = Math.floor(Math.random() * count);
    land(Array.from(images.subarray(i * pixelCount, (i + 1) * pixelCount), (v) => v / 255));
  });

  // ---- changes from Python -----------------------------------------------------------------------------------
  smooth.checked = get("smooth");
  smooth.addEventListener("change", () => { model.set("smooth", smooth.checked); model.save_changes(); });
  const fromPython = {
    "change:z": () => { const next = Array.from(get("z")); if (!telling && next.some((v, i) => v !== z[i])) { z = next; schedule(); } },
    "change:smooth": () => { smooth.checked = get("smooth"); showDrawing(); schedule(); },
    "change:drawing": () => showDrawing(),
  };
  for (const [event, handler] of Object.entries(fromPython)) model.on(event, handler);
  clearPad();
  showDrawing();
  schedule();
  root.vaeteach = { decode, encode: encodeHere, idle: () => !frame && !asked.decode && !waiting.decode && !telling };
  return () => {
    cancelAnimationFrame(frame);
    clearTimeout(telling);
    model.off("msg:custom", answered);
    for (const [event, handler] of Object.entries(fromPython)) model.off(event, handler);
  };
}

export default { render };
