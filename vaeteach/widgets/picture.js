// An image whose next picture replaces the last one only when it is ready, with alt text.
export default {
  render({ model, el }) {
    const image = document.createElement("img");
    image.style.maxWidth = "100%";
    el.append(image);
    let shown = null;
    function picture() {
      const next = URL.createObjectURL(new Blob([model.get("value")], { type: "image/png" })), before = shown;
      shown = next;
      image.onload = () => { if (before) URL.revokeObjectURL(before); };
      image.src = next;
    }
    const alt = () => { image.alt = model.get("alt"); };
    model.on("change:value", picture);
    model.on("change:alt", alt);
    alt();
    picture();
    return () => { model.off("change:value", picture); model.off("change:alt", alt); };
  },
};
