// Paints a background once, and for every new state the part that changed over it.

const decoded = (bytes) =>
  bytes.byteLength ? createImageBitmap(new Blob([bytes], { type: "image/webp" })) : null;

// Shows {background, part, place}; of states that come while one is being decoded only the newest is painted.
export function painter(canvas) {
  const paper = canvas.getContext("2d", { alpha: false });
  let bytes = null, under = null, wanted = null, busy = false;

  async function paintOnce({ background, part, place }) {
    const [next, over] = await Promise.all([background === bytes ? under : decoded(background), decoded(part)]);
    [bytes, under] = [background, next];
    if (canvas.width !== under.width || canvas.height !== under.height)
      [canvas.width, canvas.height] = [under.width, under.height];
    paper.drawImage(under, 0, 0);
    if (over) paper.drawImage(over, ...place);
    canvas.dataset.painted = 1 + Number(canvas.dataset.painted || 0);
  }

  return async function paint(state) {
    wanted = state;
    if (busy) return;
    busy = true;
    try {
      while (wanted) {
        const now = wanted;
        wanted = null;
        await paintOnce(now);
      }
    } finally {
      busy = false;
    }
  };
}

const pixelsOfScreen = () => Math.min(2, Math.max(1, Math.ceil(2 * window.devicePixelRatio) / 2));

export default {
  render({ model, el }) {
    const canvas = document.createElement("canvas");
    canvas.className = "vaeteach-picture";
    canvas.setAttribute("role", "img");
    canvas.style.cssText = `display: block; width: ${model.get("width")}px; max-width: 100%; height: auto`;
    el.append(canvas);
    const paint = painter(canvas);
    const show = () => {
      canvas.setAttribute("aria-label", model.get("alt"));
      if (model.get("background").byteLength)
        paint({ background: model.get("background"), part: model.get("part"), place: model.get("place") });
    };
    const tell = () => {
      if (model.get("ratio") === pixelsOfScreen()) return;
      model.set("ratio", pixelsOfScreen());
      model.save_changes();
    };
    model.on("change", show);
    window.addEventListener("resize", tell); // the browser's zoom comes this way, too
    show();
    tell();
    return () => { model.off("change", show); window.removeEventListener("resize", tell); };
  },
};
