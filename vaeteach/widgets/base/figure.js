// The figure of a view in the notebook: shows what the kernel sends, and tells it how fine the screen is.
import { painter } from "./picture.js";

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
