// Brings a view to life in a page without a kernel: the page has brought its module and its state.

const buffer = (text) => new DataView(Uint8Array.from(atob(text), (c) => c.charCodeAt(0)).buffer);

// What a view takes for its model: it keeps what is set, and there is nobody to send it to.
function lonely(state) {
  const handlers = {};
  return {
    get: (name) => state[name],
    set(name, value) {
      state[name] = value;
      (handlers[`change:${name}`] || []).forEach((handler) => handler());
    },
    on(name, handler) { (handlers[name] ||= []).push(handler); },
    off() {}, save_changes() {}, send() {},
  };
}

// {css, module, state, binary}: texts, numbers, and bytes as base64. The view takes the place of what is in `el`.
export async function alone({ css, module, state, binary }, el) {
  const view = await import(`data:text/javascript;charset=utf-8,${encodeURIComponent(module)}`);
  const style = Object.assign(document.createElement("style"), { textContent: css });
  const model = lonely({ ...state, ...Object.fromEntries(Object.entries(binary).map(([k, v]) => [k, buffer(v)])) });
  if (!state.inside) el.replaceChildren(); // else the view is in the page already, and its script only wakes it
  document.head.append(style);
  view.default.render({ model, el });
  el.dataset.alive = "yes";
}
