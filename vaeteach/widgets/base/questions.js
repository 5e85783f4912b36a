// Asking the kernel what the page cannot compute: for each place one question under way, then the newest.
import { floats, listen } from "./page.js";

export function questions(model, answered) {
  const asked = {}, waiting = {}, known = {};
  function ask(place, kind, input) {
    const key = Array.from(input).join();
    if (asked[place]) { waiting[place] = asked[place] === key ? null : [kind, input]; return; }
    if (known[place]?.key === key) return; // or question and answer would chase each other for ever
    asked[place] = key;
    model.send({ place, kind, input: Array.from(input) });
  }
  function hear({ place }, buffers) {
    if (!asked[place]) return;
    known[place] = { key: asked[place], output: Array.from(floats(buffers[0])) };
    const next = waiting[place];
    asked[place] = waiting[place] = null;
    if (next) ask(place, ...next);
    answered(place);
  }
  const stop = listen(model, { "msg:custom": hear });
  return { ask, stop, known: (place) => known[place]?.output, idle: () => !Object.values(asked).some(Boolean) };
}
