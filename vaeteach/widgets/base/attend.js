// Looks after a view in the page: its keys stay in it, its controls have names, and signs say what goes on.

const ICONS = { "fa-play": "Play", "fa-pause": "Pause", "fa-stop": "Stop", "fa-repeat": "Repeat" };
const QUIET = 700; // ms without a change before the picture's words are read out

const set = (node, name, value) => { if (value && node.getAttribute(name) !== value) node.setAttribute(name, value); };

// Keys typed at a control are for the control; what begins with Control or Alt is for the notebook or the browser.
function keepKeys(event) {
  if (!event.ctrlKey && !event.metaKey && !event.altKey) event.stopPropagation();
}

function nameControls(root) {
  for (const handle of root.querySelectorAll(".noUi-handle, .ui-slider-handle")) {
    const box = handle.closest(".jupyter-widgets"), name = box?.querySelector(".widget-label")?.textContent;
    const readout = box?.querySelector(".widget-readout");
    set(handle, "aria-label", name);
    set(handle, "aria-valuetext", readout?.textContent);
    if (readout) set(readout, "aria-label", `${name}, as a number`);
  }
  for (const button of root.querySelectorAll(".widget-play button, .jupyter-widget-play button")) {
    const icon = Object.keys(ICONS).find((kind) => button.querySelector(`.${kind}`));
    set(button, "aria-label", ICONS[icon]);
  }
  for (const told of root.querySelectorAll(".vaeteach-live")) set(told, "aria-live", "polite");
}

// Reads the pictures' words out when they have changed and come to rest.
function reader(root, said) {
  let words = null, timer = null;
  return () => {
    const now = [...root.querySelectorAll("canvas.vaeteach-picture")].map((c) => c.getAttribute("aria-label")).join(" ");
    if (words !== null && now !== words) {
      clearTimeout(timer);
      timer = setTimeout(() => { said.textContent = now; }, QUIET);
    }
    words = now;
  };
}

function sign(text, name, role) {
  const made = document.createElement("div");
  made.className = `vaeteach-sign ${name}`;
  made.setAttribute("role", role);
  made.textContent = text;
  return made;
}

// Attends to the view `root`; signs are put into `place`. Returns {computing(yes), end()}.
export function attend(root, place) {
  const said = sign("", "vaeteach-said", "status"), busy = sign("", "vaeteach-computing", "status");
  const gone = sign("", "vaeteach-gone", "alert");
  place.append(said, gone);
  root.append(busy); // so that it can stand over the picture
  const read = reader(root, said);
  const look = () => {
    nameControls(root);
    read();
    const lost = root.classList.contains("jupyter-widgets-disconnected");
    const text = lost ? "This view has lost its kernel. Run its cell again." : "";
    if (gone.textContent !== text) gone.textContent = text;
  };
  const watcher = new MutationObserver(look);
  const seen = ["class", "aria-label", "aria-valuenow", "aria-valuetext"];
  watcher.observe(root, { subtree: true, childList: true, characterData: true, attributes: true, attributeFilter: seen });
  root.addEventListener("keydown", keepKeys);
  look();
  return {
    computing: (yes) => {
      busy.textContent = yes ? "computing \u2026" : "";
      const picture = root.querySelector("canvas")?.getBoundingClientRect(), view = root.getBoundingClientRect();
      if (picture) busy.style.translate = `${picture.left - view.left + 8}px ${picture.top - view.top + 8}px`;
    },
    end: () => { watcher.disconnect(); busy.remove(); root.removeEventListener("keydown", keepKeys); },
  };
}
