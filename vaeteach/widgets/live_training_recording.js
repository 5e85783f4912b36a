// Moving through the epochs of a run that pauses or is over: a slider over the recorded codes, and a button that plays.
import { button, calm, element, floats } from "./base/page.js";

const PACE = 70; // ms between two recorded pictures

// at(): which picture is shown, or null for the newest; frame(i): {epoch, codes}.
export function recording(parent, view) {
  const row = element(parent, "div", "recording"), label = element(row, "label", "", "epoch ");
  const slider = element(label, "input"), readout = element(row, "output");
  const state = { at: null, timer: 0, codes: null, epochs: [] };
  slider.type = "range";
  slider.min = 0;
  const play = button(row, "Play", () => (state.timer ? stop() : start()));
  const show = (at) => {
    state.at = at;
    slider.value = at ?? slider.max;
    const epoch = state.epochs[slider.value] ?? 0;
    readout.textContent = epoch.toFixed(1);
    slider.setAttribute("aria-valuetext", `epoch ${epoch.toFixed(1)}`);
    view.schedule();
  };
  const stop = () => { clearInterval(state.timer); state.timer = 0; play.textContent = "Play"; };
  const start = () => {
    let at = state.at === null || state.at >= state.epochs.length - 1 ? -1 : state.at;
    play.textContent = "Hold";
    state.timer = setInterval(() => { show(++at); if (at >= state.epochs.length - 1) stop(); }, calm() ? 1000 : PACE);
  };
  slider.addEventListener("input", () => { stop(); show(Number(slider.value)); });
  const load = () => {
    stop();
    state.epochs = Array.from(floats(view.get("frame_epochs")));
    state.codes = floats(view.get("frames"));
    slider.max = Math.max(0, state.epochs.length - 1);
    row.hidden = state.epochs.length < 2;
    show(null);
  };
  load();
  return { load, stop, at: () => state.at, frame: (i) => frameAt(state, i, view.labels.length) };
}

function frameAt({ codes, epochs }, i, count) {
  return { epoch: epochs[i], codes: codes.subarray(2 * count * i, 2 * count * (i + 1)) };
}
