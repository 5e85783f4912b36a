// Paints a background once, and for every new state the part that changed over it.

export const decoded = (bytes) => createImageBitmap(new Blob([bytes], { type: "image/webp" }));

// Shows {background, part, place}; of states that come while one is being decoded only the newest is painted.
// decode: makes a picture of what stands for background and part, now or in a while.
export function painter(canvas, decode = decoded) {
  const paper = canvas.getContext("2d", { alpha: false });
  const length = (data) => data.byteLength ?? data.length;
  let source = null, under = null, over = null, spot = null, wanted = null, busy = false;

  async function paintOnce({ background, part, place }) {
    const same = background === source;
    const [next, fresh] = await Promise.all([same ? under : decode(background), length(part) ? decode(part) : null]);
    if (canvas.width !== next.width || canvas.height !== next.height)
      [canvas.width, canvas.height] = [next.width, next.height];
    else if (same && over) paper.drawImage(under, ...spot, over.width, over.height, ...spot, over.width, over.height);
    if (!same) paper.drawImage(next, 0, 0);
    if (fresh) paper.drawImage(fresh, ...place);
    [source, under, over, spot] = [background, next, fresh, place];
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
