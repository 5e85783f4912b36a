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
