// The widget that stands in every view and attends to it.
import { attend } from "./attend.js";

export default {
  render({ model, el }) {
    let ended = false, attending = null;
    const computing = () => attending?.computing(model.get("computing"));
    (function begin() { // the view is put around this element only after it was made
      const root = el.closest(".vaeteach-view");
      if (ended) return;
      if (!root) { setTimeout(begin, 20); return; }
      attending = attend(root, el);
      computing();
    })();
    model.on("change:computing", computing);
    return () => { ended = true; model.off("change:computing", computing); attending?.end(); };
  },
};
