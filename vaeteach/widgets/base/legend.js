// The digits and their colours; pressing one shows its class alone, pressing it again shows all.
import { button, element, listen } from "./page.js";

export function digitLegend(parent, model, labels) {
  const row = element(parent, "div", "legend"), palette = model.get("palette");
  row.setAttribute("role", "group");
  row.setAttribute("aria-label", "show one digit alone");
  const keys = [...new Set(labels)].sort((a, b) => a - b).map((label) => {
    const key = button(row, String(label), () => {
      model.set("only", model.get("only") === label ? null : label);
      model.save_changes();
    });
    key.style.setProperty("--class", palette[label % palette.length]);
    key.setAttribute("aria-label", `digit ${label} alone`);
    return [label, key];
  });
  const press = () => {
    const only = model.get("only");
    for (const [label, key] of keys) key.setAttribute("aria-pressed", String(label === only));
  };
  press();
  return listen(model, { "change:only": press });
}
